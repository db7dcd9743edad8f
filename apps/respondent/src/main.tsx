import { render } from "preact";
import { createSend } from "./api/http.ts";
import { createSignIn, createTabLock } from "./api/sign-in.ts";
import { createSurveyApi } from "./api/survey-api.ts";
import { Root } from "./app.tsx";
import { english } from "./messages.ts";
import { takeRoute } from "./navigation.ts";
import { createDrafts } from "./questionnaire/draft.ts";

// First of all: a token must not stay in the address bar while anything is awaited.
const firstRoute = takeRoute(location, history);

const send = createSend((...request) => fetch(...request));
const signIn = createSignIn({ send, lock: createTabLock(navigator.locks), now: () => performance.now() });
const api = createSurveyApi({ send, signIn, timezoneOffsetMinutes: () => new Date().getTimezoneOffset() });
const services = { api, signIn, drafts: createDrafts(() => sessionStorage), messages: english };

const place = document.getElementById("app");
if (place !== null) render(<Root firstRoute={firstRoute} services={services} />, place);
