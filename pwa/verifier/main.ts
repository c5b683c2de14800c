/** Starts the verifier: a page of one file that checks dossiers and logs without a server and without the network. */
import { mount } from "svelte";
import { language } from "../src/i18n/index.svelte";
import "../src/ui/tokens.css";
import "../src/ui/shared.css";
import "./verifier.css";
import Verifier from "./Verifier.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
await language.whole();
mount(Verifier, { target });
