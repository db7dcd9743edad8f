/**
 * GAD-7, the seven-item anxiety scale, as a SurveyJS definition.
 *
 * Source: R. L. Spitzer, K. Kroenke, J. B. W. Williams, B. Loewe, "A brief measure for assessing generalized anxiety
 * disorder: the GAD-7", Arch Intern Med 2006;166(10):1092-1097, doi:10.1001/archinte.166.10.1092.
 * Licence: developed with an educational grant from Pfizer Inc.; no permission is required to reproduce, translate,
 * display or distribute it.
 *
 * Score: the sum of the seven items, 0..21; 5, 10 and 15 are the cut points for mild, moderate and severe anxiety.
 * The eighth question is not scored, and is asked only of those who reported any problem.
 */

const problems = [
  "Feeling nervous, anxious, or on edge",
  "Not being able to stop or control worrying",
  "Worrying too much about different things",
  "Trouble relaxing",
  "Being so restless that it is hard to sit still",
  "Becoming easily annoyed or irritable",
  "Feeling afraid, as if something awful might happen",
] as const;

/** Names of the scored questions, `gad7_1` to `gad7_7`; each answer is 0..3. */
export const gad7Items: readonly string[] = problems.map((_, index) => `gad7_${index + 1}`);

const howOften = [
  { value: 0, text: "Not at all" },
  { value: 1, text: "Several days" },
  { value: 2, text: "More than half the days" },
  { value: 3, text: "Nearly every day" },
];

const howDifficult = [
  { value: 0, text: "Not difficult at all" },
  { value: 1, text: "Somewhat difficult" },
  { value: 2, text: "Very difficult" },
  { value: 3, text: "Extremely difficult" },
];

const sum = gad7Items.map((name) => `{${name}}`).join(" + ");

/** One radio group per item and not one matrix: a matrix does not fit a phone, and each item gets its own error. */
export const gad7Definition = {
  title: "How have you been?",
  description: "Over the last two weeks, how often have you been bothered by the following problems?",
  showQuestionNumbers: true,
  questionErrorLocation: "bottom",
  calculatedValues: [{ name: "gad7_total", expression: sum }],
  pages: [
    {
      name: "gad7",
      elements: [
        ...problems.map((title, index) => ({
          type: "radiogroup",
          name: `gad7_${index + 1}`,
          title,
          isRequired: true,
          requiredErrorText: "Please choose one answer.",
          choices: howOften,
        })),
        {
          type: "radiogroup",
          name: "gad7_difficulty",
          title:
            "How difficult have these problems made it for you to do your work, take care of things at home, or get along with other people?",
          visibleIf: "{gad7_total} > 0",
          isRequired: true,
          requiredErrorText: "Please choose one answer.",
          choices: howDifficult,
        },
      ],
    },
  ],
};

/** The sum of the seven items; null when one of them is missing or out of range. */
export const scoreGad7 = (answers: Readonly<Record<string, unknown>>): number | null => {
  let total = 0;
  for (const item of gad7Items) {
    const answer = answers[item];
    if (typeof answer !== "number" || !Number.isInteger(answer) || answer < 0 || answer > 3) return null;
    total += answer;
  }
  return total;
};
