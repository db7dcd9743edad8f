/** NIST SP 800-63B-4 section 3.1.1.2: 15 for a password that stands alone, 8 beside a second factor. */
const codePointsMinAlone = 15;
const codePointsMinBeside = 8;
const codePointsMax = 256;

export interface PasswordUse {
  readonly hasSecondFactor: boolean;
  /** What an attacker would try first: e-mail or its part before the @, the customer's name. */
  readonly contextWords: readonly string[];
}

/** Too short to stand alone: such a password keeps its account from taking the second factor off. */
export const isShortPassword = (password: string): boolean => countCodePoints(password) < codePointsMinAlone;

const countCodePoints = (text: string): number => [...text.normalize("NFKC")].length;

/** Why this cannot be a password, or null. */
export const refusePassword = (password: string, use: PasswordUse): string | null => {
  const min = use.hasSecondFactor ? codePointsMinBeside : codePointsMinAlone;
  const length = countCodePoints(password);
  if (length < min) return `needs ${min} characters or more`;
  if (length > codePointsMax) return `may have ${codePointsMax} characters at most`;
  return null;
};
