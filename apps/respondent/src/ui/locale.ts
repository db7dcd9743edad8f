/** `en_GB` and `en-GB` as a BCP 47 tag; English where the survey's locale is none that the browser understands. */
export const languageTag = (localeId: string): string => {
  try {
    return Intl.getCanonicalLocales(localeId.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
};

/** A day as people of the survey's locale write it, in the time zone of the device. */
export const formatDay = (instant: string, localeId: string): string =>
  new Intl.DateTimeFormat(languageTag(localeId), { dateStyle: "long" }).format(new Date(instant));
