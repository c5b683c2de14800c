/** Builds the verifier into dist/verifier.html: one file with everything in it, which works from any disk. */
import { createHash } from "node:crypto";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { type Plugin, defineConfig } from "vite";

/** Puts script and style into the page, and a policy with their digests, so that nothing else ever runs in it. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle: {
      // After the bundler has written into the script what it loads later.
      order: "post",
      handler(_, bundle) {
        let [script, style] = ["", ""];
        for (const [name, item] of Object.entries(bundle)) {
          if (item.type === "chunk") script += item.code;
          else if (name.endsWith(".css")) style += String(item.source);
          else continue;
          delete bundle[name];
        }
        const page = Object.values(bundle).find((item) => item.fileName.endsWith(".html"));
        if (page?.type !== "asset" || Object.keys(bundle).length !== 1) throw new Error("not one page, one script, one style");
        // What would end the element has other spellings in a script.
        script = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
        const html = String(page.source)
          .replace(/<script type="module"[^>]*><\/script>\s*/, "")
          .replace(/<link rel="stylesheet"[^>]*>\s*/, "")
          .replace("%%POLICY%%", policy(script, style))
          .replace("</head>", () => `  <style>${style}</style>\n  </head>`)
          .replace("</body>", () => `  <script type="module">${script}</script>\n  </body>`);
        page.source = html;
        page.fileName = "verifier.html";
      },
    },
  };
}

function policy(script: string, style: string): string {
  const digest = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'", `script-src ${digest(script)}`, `style-src ${digest(style)}`, "img-src data: blob:",
    "connect-src 'none'", "form-action 'none'", "base-uri 'none'",
  ].join("; ");
}

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  publicDir: false,
  plugins: [svelte({ configFile: "../svelte.config.js" }), oneFile()],
  build: {
    target: "es2023",
    outDir: "../dist",
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
});
