import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { takeRoute } from "./navigation.ts";
import { EnterPage } from "./pages/enter-page.tsx";
import { FeedbackPage } from "./pages/feedback-page.tsx";
import { HomePage } from "./pages/home-page.tsx";
import { RecallPage } from "./pages/recall-page.tsx";
import { NotFoundPage, StartPage } from "./pages/start-page.tsx";
import { SurveyGate, type Visit } from "./pages/survey-gate.tsx";
import type { Destination, Route } from "./routes.ts";
import { type App, AppContext } from "./ui/app-context.ts";

export interface RootProps {
  readonly firstRoute: Route;
  readonly services: Omit<App, "navigate">;
}

interface Visited {
  readonly route: Route;
  /** Counts navigations, so that going to the same address again opens the page anew. */
  readonly count: number;
}

export const Root = ({ firstRoute, services }: RootProps) => {
  const [{ route, count }, setVisited] = useState<Visited>({ route: firstRoute, count: 0 });
  const show = useCallback(() => {
    const next = takeRoute(location, history);
    setVisited((now) => ({ route: next, count: now.count + 1 }));
  }, []);
  const navigate = useCallback<App["navigate"]>(
    (path, { replace = false } = {}) => {
      if (replace) history.replaceState(null, "", path);
      else history.pushState(null, "", path);
      scrollTo(0, 0);
      show();
    },
    [show],
  );
  useEffect(() => {
    const follow = (event: MouseEvent): void => {
      const path = pathInThisApp(event);
      if (path === null) return;
      event.preventDefault();
      navigate(path);
    };
    addEventListener("popstate", show);
    document.addEventListener("click", follow);
    return () => {
      removeEventListener("popstate", show);
      document.removeEventListener("click", follow);
    };
  }, [show, navigate]);
  const app = useMemo(() => ({ ...services, navigate }), [services, navigate]);
  return (
    <AppContext.Provider value={app}>
      <Page route={route} count={count} />
    </AppContext.Provider>
  );
};

/** The path of a link of this app that was clicked plainly; null leaves the click to the browser. */
const pathInThisApp = (event: MouseEvent): string | null => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link === null || event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  if (link.target !== "" || link.origin !== location.origin || link.hasAttribute("download")) return null;
  return link.pathname + link.search;
};

const Page = ({ route, count }: Visited) => {
  switch (route.page) {
    case "home":
    case "recall":
    case "feedback":
      return (
        <SurveyGate key={route.slug} slug={route.slug}>
          {(visit) => <SurveyPage key={count} page={route.page} visit={visit} />}
        </SurveyGate>
      );
    case "create-user":
    case "authenticate":
      return <EnterPage key={count} link={route} />;
    case "start":
      return <StartPage />;
    case "unknown":
      return <NotFoundPage />;
  }
};

const SurveyPage = ({ page, visit }: { readonly page: Destination; readonly visit: Visit }) => {
  switch (page) {
    case "home":
      return <HomePage visit={visit} />;
    case "recall":
      return <RecallPage visit={visit} />;
    case "feedback":
      return <FeedbackPage visit={visit} />;
  }
};
