import { useApp } from "../ui/app-context.ts";
import { PageFrame } from "../ui/page-frame.tsx";

export const StartPage = () => {
  const { messages } = useApp();
  return (
    <PageFrame title={messages.start.title} survey={null}>
      <p class="lead">{messages.start.text}</p>
    </PageFrame>
  );
};

export const NotFoundPage = () => {
  const { messages } = useApp();
  return (
    <PageFrame title={messages.notFound.title} survey={null}>
      <p class="lead">{messages.notFound.text}</p>
    </PageFrame>
  );
};
