/** Starts the app: screens first, so that they draw while the database opens and WebAssembly loads; then the core. */
import { mount } from "svelte";
import { core } from "./core/core";
import { language } from "./i18n/index.svelte";
import App from "./ui/App.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
await language.start();
document.getElementById("shell")?.remove();
mount(App, { target });
void core.start();
