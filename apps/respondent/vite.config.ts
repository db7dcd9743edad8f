import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    assetsDir: "assets",
    // A data: URI would need its own exception in the content security policy.
    assetsInlineLimit: 0,
    // SurveyJS is one chunk of 1.4 MB (350 KB compressed); only the questionnaire loads it.
    chunkSizeWarningLimit: 1800,
  },
});
