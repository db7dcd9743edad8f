/**
 * Every sentence that the app shows, in English. Another language is another value of `Messages`; counts and names
 * come in as arguments, so that each language orders and inflects its own sentence.
 */
export interface Messages {
  readonly language: string;
  readonly pageTitle: (page: string, survey: string) => string;
  readonly loading: string;
  readonly retry: string;
  readonly reload: string;
  readonly backHome: string;
  readonly signOut: string;
  readonly signOutFailed: string;
  readonly supportContact: string;
  readonly reference: (requestId: string) => string;
  readonly start: { readonly title: string; readonly text: string };
  readonly notFound: { readonly title: string; readonly text: string };
  readonly entering: { readonly title: string; readonly text: string };
  readonly refusedLink: { readonly title: string };
  readonly failed: { readonly title: string };
  readonly signIn: {
    readonly title: string;
    readonly text: string;
    readonly otherSurvey: string;
    readonly userName: string;
    readonly password: string;
    readonly showPassword: string;
    readonly hidePassword: string;
    readonly submit: string;
    readonly submitting: string;
    readonly haveLink: string;
    readonly missing: string;
  };
  readonly home: {
    readonly welcome: string;
    readonly greeting: (name: string) => string;
    readonly ready: string;
    readonly readyAgain: string;
    readonly underWay: (startedAt: string | null) => string;
    readonly start: string;
    readonly resume: string;
    readonly startOver: string;
    readonly startOverQuestion: string;
    readonly startOverText: string;
    readonly startOverConfirm: string;
    readonly keepAnswers: string;
    readonly handedIn: (count: number) => string;
    readonly feedback: string;
    readonly limitTotal: string;
    readonly limitDaily: string;
    readonly notStarted: string;
    readonly opensOn: (date: string) => string;
    readonly suspended: string;
    readonly closed: string;
    readonly closedOn: (date: string) => string;
    readonly notActiveTitle: string;
  };
  readonly recall: {
    readonly title: string;
    readonly saved: string;
    readonly saving: string;
    readonly unsaved: string;
    readonly notSaved: string;
    readonly sending: string;
    readonly notSent: string;
    readonly answersToCheck: string;
    readonly send: string;
  };
  readonly thanks: {
    readonly title: string;
    readonly sent: string;
    readonly screenedOut: string;
    readonly overQuota: string;
    readonly continueTo: (host: string) => string;
    readonly opensInNewTab: string;
    readonly countdown: (host: string) => string;
    readonly seconds: (count: number) => string;
    readonly stay: string;
    readonly stopped: string;
    readonly leaving: (host: string) => string;
    readonly opened: (host: string) => string;
    readonly blocked: string;
    readonly linkMissing: string;
    readonly mayClose: string;
  };
  readonly feedback: { readonly title: string; readonly unavailable: string; readonly notYet: string };
  /** What happened, then what to do about it. */
  readonly problems: Readonly<Record<ProblemMessage, string>>;
  readonly tryAgainSoon: string;
  readonly tryAgainIn: (seconds: number) => string;
  readonly claimsAtFault: (claims: string) => string;
}

export type ProblemMessage =
  | "network"
  | "signedOut"
  | "otherPerson"
  | "app"
  | "unknown"
  | "server"
  | "tooMany"
  | "surveyNotFound"
  | "userGenerationOff"
  | "linkUnreadable"
  | "linkForged"
  | "linkExpired"
  | "linkNotActive"
  | "linkOtherServer"
  | "linkOtherSurvey"
  | "linkIncomplete"
  | "linkUsed"
  | "linkRevoked"
  | "wrongPassword"
  | "surveyNotActive"
  | "limitReached"
  | "sessionNotFound"
  | "sessionClosed"
  | "answersInvalid"
  | "forbidden"
  | "tooLarge";

const askForNewLink = "Please ask whoever sent it to you for a new one.";

export const english: Messages = {
  language: "en",
  pageTitle: (page, survey) => `${page} – ${survey}`,
  loading: "Loading…",
  retry: "Try again",
  reload: "Load the page again",
  backHome: "Back to the survey's start page",
  signOut: "Sign out",
  signOutFailed: "Not signed out – try again",
  supportContact: "Questions? Write to",
  reference: (requestId) => `Reference: ${requestId}`,
  start: {
    title: "Open your survey",
    text: "To take part, open the personal link that you were sent, or the survey's own address.",
  },
  notFound: {
    title: "There is nothing at this address",
    text: "The address may be mistyped or incomplete. Please open the link that you were sent once more.",
  },
  entering: { title: "Opening your survey", text: "This takes only a moment." },
  refusedLink: { title: "This link did not let you in" },
  failed: { title: "That did not work" },
  signIn: {
    title: "Sign in",
    text: "Use the user name and password that you were given for this survey.",
    otherSurvey: "You are signed in to another survey. Sign in here to take part in this one.",
    userName: "User name",
    password: "Password",
    showPassword: "Show",
    hidePassword: "Hide",
    submit: "Sign in",
    submitting: "Signing in…",
    haveLink: "Were you sent a personal link? Open it instead; it signs you in by itself.",
    missing: "Please fill in both the user name and the password.",
  },
  home: {
    welcome: "Welcome",
    greeting: (name) => `Hello, ${name}`,
    ready: "The survey is ready for you. Your answers are saved as you go, so you can stop and come back.",
    readyAgain: "You can answer the survey again.",
    underWay: (startedAt) =>
      startedAt === null
        ? "You have started. Your answers so far are saved."
        : `You started on ${startedAt}. Your answers so far are saved.`,
    start: "Start",
    resume: "Continue",
    startOver: "Discard my answers and start over",
    startOverQuestion: "Start over?",
    startOverText: "The answers that you have given so far will be deleted. This cannot be undone.",
    startOverConfirm: "Delete and start over",
    keepAnswers: "Keep my answers",
    handedIn: (count) =>
      count === 1 ? "You have answered this survey once." : `You have answered this survey ${count} times.`,
    feedback: "See my results",
    limitTotal: "You have answered this survey as often as it may be answered. There is nothing left to do.",
    limitDaily: "You have answered this survey as often as it may be answered today. Please come back tomorrow.",
    notStarted: "This survey has not opened yet.",
    opensOn: (date) => `It opens on ${date}.`,
    suspended: "This survey is paused.",
    closed: "This survey has closed.",
    closedOn: (date) => `It closed on ${date}.`,
    notActiveTitle: "The survey is not open at the moment",
  },
  recall: {
    title: "Questions",
    saved: "Saved",
    saving: "Saving…",
    unsaved: "Not saved",
    notSaved: "Your latest answers are not saved yet.",
    sending: "Sending your answers…",
    notSent: "Your answers were not sent.",
    answersToCheck: "Some answers need another look. They are marked.",
    send: "Send answers",
  },
  thanks: {
    title: "Thank you",
    sent: "Your answers have been sent.",
    screenedOut: "Your answers have been sent. There are no further questions for you.",
    overQuota:
      "We already have enough answers from people like you, so there are no further questions. Thank you for coming.",
    continueTo: (host) => `Continue to ${host}`,
    opensInNewTab: "(opens in a new tab)",
    countdown: (host) => `You will be taken to ${host} shortly.`,
    seconds: (count) => (count === 1 ? "1 second" : `${count} seconds`),
    stay: "Stay on this page",
    stopped: "You will stay on this page. Use the button when you are ready.",
    leaving: (host) => `Taking you to ${host}…`,
    opened: (host) => `${host} has opened in another tab.`,
    blocked: "Your browser did not open the new tab. Please use the button.",
    linkMissing: "Your answers are safe, but we could not fetch the link that leads on.",
    mayClose: "You can close this page now.",
  },
  feedback: {
    title: "Your results",
    unavailable: "This survey does not show results to the people who answer it.",
    notYet: "There are no results to show yet.",
  },
  problems: {
    network: "We could not reach the server. Please check your internet connection and try again.",
    signedOut: "You are no longer signed in. Please sign in again, or open your personal link once more.",
    otherPerson:
      "Somebody else has signed in on this device since you opened this page. Load the page again to go on as that person, or open your own link.",
    app: "Part of this page could not be loaded. Please load it again.",
    unknown: "Something went wrong. Please try again; if it keeps happening, tell the survey's contact.",
    server: "The server has a problem at the moment; nothing you did caused it.",
    tooMany: "There were too many tries in a short time.",
    surveyNotFound: "There is no survey at this address. It may be mistyped, or the survey may have been removed.",
    userGenerationOff: "This survey does not accept links of this kind. Please tell whoever sent it to you.",
    linkUnreadable: `The link is damaged; part of it may have been cut off. Open it again from the original message, or copy all of it. If that does not help: ${askForNewLink}`,
    linkForged: `The link was not made for this survey, or it was changed on the way. ${askForNewLink}`,
    linkExpired: `The link has expired. ${askForNewLink}`,
    linkNotActive: "The link is not valid yet. Please try again a little later.",
    linkOtherServer: `The link was made for another site. ${askForNewLink}`,
    linkOtherSurvey: `The link was made for another survey. ${askForNewLink}`,
    linkIncomplete:
      "The link lacks something that this survey asks for, so we cannot let you in. Please tell whoever sent it to you.",
    linkUsed: `The link works only once, and it has been used. ${askForNewLink}`,
    linkRevoked: `The link is not valid, or no longer. Open it again from the original message. If that does not help: ${askForNewLink}`,
    wrongPassword: "The user name or the password is not right. Please check both and try again.",
    surveyNotActive: "The survey is not open at the moment, so nothing was sent.",
    limitReached: "You have answered this survey as often as it may be answered at the moment.",
    sessionNotFound:
      "These answers are no longer open on the server: they were discarded or sent from somewhere else, or they waited too long.",
    sessionClosed:
      "These answers have already been sent or have ended on another page, so they can no longer be changed.",
    answersInvalid: "Some answers need another look.",
    forbidden: "You are signed in, but not for this survey. Please open the link that you were sent for it.",
    tooLarge: "The answers are too large to be sent. Please shorten long texts.",
  },
  tryAgainSoon: "Please try again in a minute.",
  tryAgainIn: (seconds) =>
    seconds < 90
      ? `Please wait ${seconds === 1 ? "1 second" : `${seconds} seconds`} and try again.`
      : `Please wait ${Math.ceil(seconds / 60)} minutes and try again.`,
  claimsAtFault: (claims) => `At fault: ${claims}.`,
};
