/* The page's words, numbers and dates, in Dutch and in English. */
#pragma once

#include "provider-svc/core/figures/figure.h"

enum page_language { PAGE_DUTCH, PAGE_ENGLISH };

/* Key, Dutch, English. */
#define PAGE_WORD_LIST(X)                                                                                                                            \
	X(LANGUAGE, "nl", "en")                                                                                                                      \
	X(TITLE, "Verzuimcijfers", "Absence figures")                                                                                                \
	X(MADE_ON, "Gemaakt op", "Made on")                                                                                                          \
	X(THROUGH, "t/m", "to")                                                                                                                      \
	X(EMPLOYER, "Werkgever", "Employer")                                                                                                         \
	X(EMPLOYERS, "Werkgevers", "Employers")                                                                                                      \
	X(NO_EMPLOYERS, "De populatie bevat geen werkgever waarover cijfers te geven zijn.", "The population holds no employer to give figures of.") \
	X(OVER_TIME, "Verzuim in de tijd", "Absence over time")                                                                                      \
	X(BY_CLASS, "Verzuim naar duur", "Absence by duration")                                                                                      \
	X(CLASS_OVER_TIME, "Verzuim naar duur in de tijd", "Absence by duration over time")                                                          \
	X(FREQUENCY_OVER_TIME, "Meldingsfrequentie in de tijd", "Reporting frequency over time")                                                     \
	X(BY_DEPARTMENT, "Verzuim naar afdeling", "Absence by department")                                                                           \
	X(DEFINITIONS, "Begrippen", "Definitions")                                                                                                   \
	X(PARAMETERS, "Verantwoording", "How these figures were made")                                                                               \
	X(FIGURE, "Cijfer", "Figure")                                                                                                                \
	X(VALUE, "Waarde", "Value")                                                                                                                  \
	X(UNIT, "Eenheid", "Unit")                                                                                                                   \
	X(PERIOD, "Periode", "Period")                                                                                                               \
	X(WHOLE_PERIOD, "Hele periode", "Whole period")                                                                                              \
	X(CLASS, "Duur van het geval", "Duration of the case")                                                                                       \
	X(ALL_CLASSES, "Alle duren samen", "All durations together")                                                                                 \
	X(DEPARTMENT, "Afdeling", "Department")                                                                                                      \
	X(WITH_ALL_UNDER, "met alles eronder", "with all under it")                                                                                  \
	X(ITSELF, "de afdeling zelf", "the department itself")                                                                                       \
	X(NO_NAME, "(zonder naam)", "(without a name)")                                                                                              \
	X(SHORT_ABSENCE_UNIT, "ZVP (%)", "Absence (%)")                                                                                              \
	X(SHORT_WITH_LEAVE_UNIT, "incl. verlof (%)", "incl. leave (%)")                                                                              \
	X(SHORT_DURATION_UNIT, "GZVD (dagen)", "Mean duration (days)")                                                                               \
	X(SHORT_FREQUENCY, "ZMF", "Frequency")                                                                                                       \
	X(SHORT_REPORTS, "Meldingen", "Reports")                                                                                                     \
	X(SHORT_ENDED, "Hersteld", "Recovered")                                                                                                      \
	X(SHORT_HEADCOUNT, "Medewerkers", "Headcount")                                                                                               \
	X(SHORT_FTE, "Fte", "FTE")                                                                                                                   \
	X(SHORT_ZERO_UNIT, "Nulverzuim (%)", "Zero absence (%)")                                                                                     \
	X(CARD_ABSENCE, "Ziekte\u00adverzuim\u00adpercentage", "Absence percentage")                                                                 \
	X(CARD_FREQUENCY, "Meldings\u00adfrequentie", "Reporting frequency")                                                                         \
	X(CARD_DURATION, "Gemiddelde verzuimduur", "Mean duration of absence")                                                                       \
	X(CARD_ZERO, "Nulverzuim", "Zero absence")                                                                                                   \
	X(CARD_HEADCOUNT, "Medewerkers", "Headcount")                                                                                                \
	X(CARD_FTE, "Voltijdbanen", "Full-time equivalents")                                                                                         \
	X(NOTE_ABSENCE, "inclusief verlof", "including leave")                                                                                       \
	X(NOTE_FREQUENCY, "ziekmeldingen", "sick reports")                                                                                           \
	X(NOTE_DURATION, "herstelde gevallen", "cases recovered")                                                                                    \
	X(NOTE_ZERO, "zonder ziekmelding", "without a sick report")                                                                                  \
	X(NOTE_HEADCOUNT, "op de laatste dag", "on the last day")                                                                                    \
	X(UNIT_DAY, "dag", "day")                                                                                                                    \
	X(UNIT_DAYS, "dagen", "days")                                                                                                                \
	X(UNIT_A_YEAR, "per medewerker per jaar", "a head a year")                                                                                   \
	X(UNIT_A_YEAR_SHORT, "per jaar", "a year")                                                                                                   \
	X(UNIT_AVERAGE, "gemiddeld", "on average")                                                                                                   \
	X(UNIT_PERSONS, "personen", "persons")                                                                                                       \
	X(UNIT_FTE, "fte", "FTE")                                                                                                                    \
	X(UNIT_CASES, "gevallen", "cases")                                                                                                           \
	X(UNIT_PER_CENT, "%", "%")                                                                                                                   \
	X(AXIS_ABSENCE, "ziekteverzuimpercentage (%)", "absence percentage (%)")                                                                     \
	X(AXIS_FREQUENCY, "meldingen per medewerker per jaar", "reports a head a year")                                                              \
	X(CHART_OF_LINE, "Lijngrafiek", "Line chart")                                                                                                \
	X(CHART_OF_COLUMNS, "Kolommengrafiek", "Column chart")                                                                                       \
	X(CHART_OF_STACKS, "Gestapelde kolommen", "Stacked columns")                                                                                 \
	X(LEAST, "laagste", "lowest")                                                                                                                \
	X(MOST, "hoogste", "highest")                                                                                                                \
	X(NUMBERS_BENEATH, "De getallen staan in de tabel bij de grafiek.", "The numbers are in the table with the chart.")                          \
	X(SUPPRESSED, "afgeschermd", "suppressed")                                                                                                   \
	X(NOT_AVAILABLE, "niet beschikbaar", "not available")                                                                                        \
	X(SUPPRESSED_KEY, "afgeschermd: over te weinig personen, of nodig om dat te verbergen",                                                      \
	  "suppressed: about too few persons, or needed to hide that")                                                                               \
	X(NOT_AVAILABLE_KEY, "niet beschikbaar: er is niets om door te delen", "not available: there is nothing to divide by")                       \
	X(LOADING, "Voorlopig", "Provisional")                                                                                                       \
	X(LOADING_LONG,                                                                                                                              \
	  "Voorlopig: een levering van deze werkgever, de eerste of een na een herstel, is nog niet compleet (LOADING). Alle cijfers gaan over wat " \
	  "er tot nu toe is: vraag ze later opnieuw.",                                                                                               \
	  "Provisional: a load of this employer, the first or one after a restore, is not complete yet (LOADING). All figures are of what is there " \
	  "so far: ask again later.")                                                                                                                \
	X(UNKNOWN_LONG, "Van deze werkgever bevat de populatie geen enkel dienstverband. Er zijn daarom geen cijfers, ook geen nul.",                \
	  "The population holds not one employment of this employer. So there are no figures, not even zero.")                                       \
	X(WHOLE_SUPPRESSED,                                                                                                                          \
	  "De cijfers over de gehele periode zijn afgeschermd: ze gaan over te weinig personen, of zouden laten zien wat van een deel ervan is "     \
	  "afgeschermd.",                                                                                                                            \
	  "The figures of the whole period are suppressed: they are about too few persons, or would show what is suppressed of a part of it.")       \
	X(DEPARTMENTS_NOTE,                                                                                                                          \
	  "Over de gehele periode. De stippellijn is het cijfer van de werkgever. Een afdeling telt mee met alles eronder en, waar er iets onder "   \
	  "hangt, ook voor zichzelf. Een afdeling die in een deel van de periode te klein was, is afgeschermd.",                                     \
	  "Over the whole period. The dashed line is the employer's figure. A department counts with all under it and, where there is anything "     \
	  "under it, by itself too. A department that was too small in a part of the period is suppressed.")                                         \
	X(SCALE, "Schaal van", "Scale from")                                                                                                         \
	X(PARAMETER_PERIOD, "Periode", "Period")                                                                                                     \
	X(PARAMETER_PARTS, "Verdeeld in", "Cut into")                                                                                                \
	X(PARTS, "delen", "parts")                                                                                                                   \
	X(NOT_CUT, "niet verdeeld", "not cut")                                                                                                       \
	X(PARAMETER_CLASSES, "Duurklassen", "Duration classes")                                                                                      \
	X(PARAMETER_CAP, "Een geval telt hoogstens", "A case counts for at most")                                                                    \
	X(NO_CAP, "onbeperkt", "without a limit")                                                                                                    \
	X(PARAMETER_GROUP, "Kleinste groep waarover cijfers worden getoond", "Smallest group that figures are shown of")                             \
	X(ROUNDING,                                                                                                                                  \
	  "Elk cijfer is exact berekend en eenmaal afgerond, halven naar boven. Delen tellen daardoor na afronding niet altijd precies op.",         \
	  "Every figure is computed exactly and rounded once, halves up. So parts do not always add up to the last digit after rounding.")           \
	X(SMALL_GROUPS,                                                                                                                              \
	  "Wat over minder personen zou gaan dan de kleinste groep wordt niet getoond, en ook niet waaruit het door optellen en aftrekken zou "      \
	  "volgen: over afdelingen en "                                                                                                              \
	  "delen van de periode heen. Afgeschermd is geen nul.",                                                                                     \
	  "What would be about fewer persons than the smallest group is not shown, nor what it would follow from by adding and subtracting, across " \
	  "departments and parts "                                                                                                                   \
	  "of the period. Suppressed is not zero.")                                                                                                  \
	X(NO_NAMES, "De cijfers zijn berekend uit gepseudonimiseerde gegevens; er staan geen namen van personen in.",                                \
	  "The figures are computed from pseudonymised data; no person's name is in them.")                                                          \
	X(CLASS_PART, "deel van het ziekteverzuimpercentage", "part of the absence percentage")                                                      \
	X(ALL_FIGURES, "Alle cijfers over de gehele periode", "All figures of the whole period")

#define PAGE_WORD_ENUM(key, dutch, english) PAGE_##key,
enum page_word { PAGE_WORD_LIST(PAGE_WORD_ENUM) };
#undef PAGE_WORD_ENUM

enum { PAGE_NUMBER = 64, PAGE_DATE = 64, PAGE_TICK = 24 };

/* Whether a figure is on the page: shares of persons without absence are of all who were there on any day alone. Those who were there all the time,
 * or on the last day, may be few where all together are not. */
bool page_has_figure(enum figure_kind kind);

/* A word or sentence; static. */
const char *page_word(enum page_language language, enum page_word word);

/* "Ziekteverzuimpercentage (ZVP)"; static. */
const char *page_figure_name(enum page_language language, enum figure_kind kind);

/* What it is, in a line; static. */
const char *page_figure_definition(enum page_language language, enum figure_kind kind);

/* "personen"; static. */
const char *page_figure_unit(enum page_language language, enum figure_kind kind);

/* What figure_format gives, with the language's marks: "1.234,50" or "1,234.50". Available ones only. */
void page_number(enum page_language language, const struct figure *figure, char ret_text[static PAGE_NUMBER]);

/* The same with a percent sign: "4,85 %" with a space that does not break, or "4.85%". */
void page_per_cent(enum page_language language, const struct figure *figure, char ret_text[static PAGE_NUMBER]);

/* "22 november 2026". */
void page_day(enum page_language language, int32_t day, char ret_text[static PAGE_DATE]);

/* "22 november 2026, 12:06 UTC". */
void page_time(enum page_language language, int64_t time_ms, char ret_text[static PAGE_DATE]);

/* "jan 2025", "1e kw. 2025", "2025", else its first and last day. */
void page_period(enum page_language language, const struct period *period, char ret_text[static PAGE_DATE]);

/* What stands under a chart's axis: the period without its year, and the year; empty for whole years, which are the first themselves. */
void page_tick(enum page_language language, const struct period *period, char ret_text[static PAGE_TICK], char ret_year[static PAGE_TICK]);

/* "Kort, 1–7 dagen", "> 730 dagen". */
void page_class(enum page_language language, const struct duration_classes *classes, size_t index, char ret_text[static PAGE_DATE]);
