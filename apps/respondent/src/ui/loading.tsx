import { useApp } from "./app-context.ts";

export const Loading = ({ text }: { readonly text?: string }) => {
  const { messages } = useApp();
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      {text ?? messages.loading}
    </p>
  );
};
