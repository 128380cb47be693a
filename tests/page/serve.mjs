// Serves folders of this repository to a page of headless Chromium, under the strictest policy that runs wasm.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** `folder` is relative to the repository. Gives { inPage(work, policy, argument), end() }. */
export async function serve(folder) {
  const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const policy = { "content-security-policy": searchParams.get("policy") ?? POLICY };
    if (pathname === "/") return response.writeHead(200, { ...policy, "content-type": "text/html" }).end("<!doctype html><title>page</title>");
    try {
      const type = searchParams.has("plain") ? "text/plain" : TYPES[extname(pathname)] ?? "text/plain";
      const content = await readFile(join(root, normalize(pathname)));
      response.writeHead(200, { "content-type": type }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath: executable(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  return {
    /** Runs `work` in a new page. */
    async inPage(work, policy = POLICY, argument = undefined) {
      const page = await browser.newPage();
      try {
        await page.goto(`${origin}/?policy=${encodeURIComponent(policy)}`);
        return await page.evaluate(work, argument);
      } finally {
        await page.close();
      }
    },
    async end() {
      await browser.close();
      server.close();
    },
  };
}

/** Chromium's program; playwright wants its path. */
function executable() {
  const name = process.env.CHROME ?? "chromium";
  return name.includes("/") ? name : `/usr/bin/${name}`;
}
