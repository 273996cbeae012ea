#include "common/base/calendar.h"

#include <stdio.h>

int32_t day_of(struct calendar_date date)
{
	int32_t year = date.month <= 2 ? date.year - 1 : date.year;
	int32_t era = (year >= 0 ? year : year - 399) / 400;
	int32_t year_of_era = year - era * 400;
	int32_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
	int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct calendar_date date_of(int32_t day)
{
	int64_t shifted = (int64_t)day + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_shifted = (5 * day_of_year + 2) / 153;
	int64_t month = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;

	return (struct calendar_date){
		.year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
		.month = (int32_t)month,
		.day = (int32_t)(day_of_year - (153 * month_shifted + 2) / 5 + 1),
	};
}

static int32_t month_length(int32_t year, int32_t month)
{
	static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : lengths[month - 1];
}

bool date_exists(struct calendar_date date)
{
	return date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= month_length(date.year, date.month);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Time of 01:00 UTC on the last Sunday of a month that has 31 days. */
static int64_t last_sunday_switch(int32_t year, int32_t month)
{
	int32_t last = day_of((struct calendar_date){.year = year, .month = month, .day = 31});
	int32_t weekday = (int32_t)(((int64_t)last % 7 + 11) % 7); /* 0 is Sunday; day 0 was a Thursday */

	return (int64_t)(last - weekday) * MS_PER_DAY + MS_PER_HOUR;
}

int32_t amsterdam_day(int64_t time_ms)
{
	int32_t year = date_of((int32_t)floor_div(time_ms, MS_PER_DAY)).year;
	bool summer = time_ms >= last_sunday_switch(year, 3) && time_ms < last_sunday_switch(year, 10);

	return (int32_t)floor_div(time_ms + (summer ? 2 : 1) * MS_PER_HOUR, MS_PER_DAY);
}

int32_t day_months_before(int32_t day, int32_t months)
{
	struct calendar_date date = date_of(day);
	int32_t total = date.year * 12 + date.month - 1 - months;
	int32_t last;

	date.year = (int32_t)floor_div(total, 12);
	date.month = total - date.year * 12 + 1;
	last = month_length(date.year, date.month);
	if (date.day > last)
		date.day = last;
	return day_of(date);
}

int32_t first_day_of_year(int32_t day)
{
	return day_of((struct calendar_date){.year = date_of(day).year, .month = 1, .day = 1});
}

/* Reads exactly `digits` decimal digits at an offset. */
static bool digits_at(struct view text, size_t at, size_t digits, int32_t *ret)
{
	int32_t value = 0;

	if (at + digits > text.len)
		return false;
	for (size_t i = at; i < at + digits; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		value = value * 10 + (text.ptr[i] - '0');
	}
	*ret = value;
	return true;
}

static bool letter_at(struct view text, size_t at, char letter)
{
	return at < text.len && text.ptr[at] == (uint8_t)letter;
}

bool day_parse(struct view text, int32_t *ret_day)
{
	struct calendar_date date;

	if (text.len != 10 || !letter_at(text, 4, '-') || !letter_at(text, 7, '-') || !digits_at(text, 0, 4, &date.year) ||
	    !digits_at(text, 5, 2, &date.month) || !digits_at(text, 8, 2, &date.day) || !date_exists(date))
		return false;
	*ret_day = day_of(date);
	return true;
}

/* The zone behind a time: Z, +hh:mm or -hh:mm, as minutes east of UTC. */
static bool zone_parse(struct view zone, int32_t *ret_minutes)
{
	int32_t hours;
	int32_t minutes;

	if (zone.len == 1 && (zone.ptr[0] == 'Z' || zone.ptr[0] == 'z')) {
		*ret_minutes = 0;
		return true;
	}
	if (zone.len != 6 || (zone.ptr[0] != '+' && zone.ptr[0] != '-') || !letter_at(zone, 3, ':') || !digits_at(zone, 1, 2, &hours) ||
	    !digits_at(zone, 4, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret_minutes = (hours * 60 + minutes) * (zone.ptr[0] == '-' ? -1 : 1);
	return true;
}

bool time_parse(struct view text, int64_t *ret_time_ms)
{
	int32_t day;
	int32_t hour;
	int32_t minute;
	int32_t second;
	int32_t zone;
	int64_t fraction_ms = 0;
	size_t at = 19;

	if (text.len < 20 || !day_parse(view_of(text.ptr, 10), &day) || (text.ptr[10] != 'T' && text.ptr[10] != 't') ||
	    !digits_at(text, 11, 2, &hour) || !letter_at(text, 13, ':') || !digits_at(text, 14, 2, &minute) || !letter_at(text, 16, ':') ||
	    !digits_at(text, 17, 2, &second) || hour > 23 || minute > 59 || second > 59)
		return false;
	if (letter_at(text, at, '.')) {
		int64_t unit = 100;

		for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++, unit /= 10)
			fraction_ms += unit * (text.ptr[at] - '0');
		if (at == 20)
			return false;
	}
	if (!zone_parse(view_of(text.ptr + at, text.len - at), &zone))
		return false;
	*ret_time_ms = (int64_t)day * MS_PER_DAY + (((int64_t)hour * 60 + minute - zone) * 60 + second) * 1000 + fraction_ms;
	return true;
}

void day_format(int32_t day, char ret_text[static 16])
{
	struct calendar_date date = date_of(day);

	(void)snprintf(ret_text, 16, "%04u-%02u-%02u", (unsigned)date.year % 10000, (unsigned)date.month % 100, (unsigned)date.day % 100);
}

void time_format(int64_t time_ms, char ret_text[static 32])
{
	int64_t day = floor_div(time_ms, MS_PER_DAY);
	unsigned ms = (unsigned)(time_ms - day * MS_PER_DAY);
	char date[16];

	day_format((int32_t)day, date);
	(void)snprintf(ret_text, 32, "%.10sT%02u:%02u:%02u.%03uZ", date, ms / 3600000 % 24, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}
