/** `en_GB` and `en-GB` as a BCP 47 tag; English where the survey's locale is none that the browser understands. */
export const languageTag = (localeId: string): string => {
  try {
    return Intl.getCanonicalLocales(localeId.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
};

const calendarDate = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A day as people of the survey's locale write it. An instant is a day of the device's time zone; a calendar date is
 * the same day everywhere.
 */
export const formatDay = (day: string, localeId: string): string => {
  const zone = calendarDate.test(day) ? { timeZone: "UTC" } : {};
  return new Intl.DateTimeFormat(languageTag(localeId), { dateStyle: "long", ...zone }).format(new Date(day));
};
