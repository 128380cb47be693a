// Starts the panel. Griffel and Fluent write their rules into style elements that carry the page's nonce, which is why
// the content security policy needs no 'unsafe-inline'.
import { createDOMRenderer, FluentProvider, RendererProvider } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { dark, light, useTheme } from "./shell/theme";
import "./shell/base.css";

const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } });
const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 5_000, refetchOnWindowFocus: false } } });


function Root() {
  const { isDark } = useTheme();
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider theme={isDark ? dark : light}>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </FluentProvider>
    </RendererProvider>
  );
}

createRoot(document.getElementById("root")!).render(<Root />);
