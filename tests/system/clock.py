"""Amsterdam's calendar, computed by the European rule and not by a time zone table."""

from datetime import date, datetime, timedelta, timezone

EPOCH = date(1970, 1, 1)
DAY_MS = 86400000


def _last_sunday(year, month):
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def amsterdam_date(ms):
    """The calendar date in Amsterdam at a time in milliseconds UTC."""
    utc = datetime.fromtimestamp(ms / 1000, timezone.utc).replace(tzinfo=None)
    spring, autumn = (datetime.combine(_last_sunday(utc.year, m), datetime.min.time()) + timedelta(hours=1) for m in (3, 10))
    return (utc + timedelta(hours=2 if spring <= utc < autumn else 1)).date()


def amsterdam_day(ms):
    """The same as days since 1970-01-01."""
    return (amsterdam_date(ms) - EPOCH).days


def months_before(day, months):
    """The same day of the month that many months earlier, else that month's last; days since 1970-01-01."""
    then = EPOCH + timedelta(days=day)
    index = then.year * 12 + then.month - 1 - months
    first_of_next = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return (date(index // 12, index % 12 + 1, 1) + timedelta(days=min(then.day, (first_of_next - timedelta(days=1)).day) - 1) - EPOCH).days


def age_on_new_year(birth, ms):
    """Whole years on 1 January of the Amsterdam year of ms of one born YYYYMMDD; None where that is partial or no date."""
    try:
        born = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        return None
    return amsterdam_date(ms).year - born.year - ((born.month, born.day) != (1, 1))


def age_band(birth, ms):
    age = age_on_new_year(birth, ms)
    if age is None:
        return "UNKNOWN"
    for limit, band in ((25, "LT25"), (35, "A25_34"), (45, "A35_44"), (55, "A45_54"), (65, "A55_64")):
        if age < limit:
            return band
    return "GE65"
