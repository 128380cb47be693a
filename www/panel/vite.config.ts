import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the panel may be served from any path; routes live behind the `#`.
  base: "./",
  plugins: [react()],
  // What serves index.html puts a fresh nonce in the place of this word, and the same one into `style-src`.
  html: { cspNonce: "__CSP_NONCE__" },
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1200 },
  // The package finds its wasm file beside itself; bundling it ahead of time would move it away.
  optimizeDeps: { exclude: ["scim-policy"] },
  server: { proxy: { "/api": "http://127.0.0.1:8787", "/scim": "http://127.0.0.1:8787" } },
});
