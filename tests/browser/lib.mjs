// SPDX-License-Identifier: Apache-2.0
// Copyright The hinomi authors
// What browser tests share: programs of the build tree, looking at a page as a reader would stumble over it, TAP.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const source = process.env.HINOMI_SOURCE, build = process.env.HINOMI_BUILD;
const require = createRequire(join(source, "package.json"));
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((p) => existsSync(p));

function skip(reason) {
  if (process.env.HINOMI_SUITES === "required") {
    console.log(`1..1\nnot ok 1 - ${reason}`);
    process.exit(1);
  }
  console.log(`1..0 # SKIP ${reason}`);
  process.exit(0);
}

if (!chromium) skip("there is no chromium");
let playwright, axePath;
try {
  playwright = require("playwright-core");
  axePath = require.resolve("axe-core/axe.min.js");
} catch {
  skip("node_modules is missing: npm ci");
}

export const SIZES = [390, 1280];
export const work = mkdtempSync(join(tmpdir(), "hinomi-browser-"));
export const shots = join(build, "screenshots");
const children = [];
let count = 0, failed = 0;

export function result(name, faults) {
  count += 1;
  for (const fault of faults.slice(0, 10)) console.log(`# ${fault}`);
  if (faults.length) failed += 1;
  console.log(`${faults.length ? "not ok" : "ok"} ${count} - ${name}`);
}

export function program(name) {
  return join(build, "src/process", name);
}

export function run(name, ...args) {
  return feed("", name, ...args);
}

export function feed(input, name, ...args) {
  const done = spawnSync(name, args, { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${name} ${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

// Starts a process that says nothing of itself; it ends with the test.
export function start(name, args, options) {
  const child = spawn(name, args, { stdio: ["pipe", "pipe", "ignore"], ...options });
  children.push(child);
  return child;
}

// Starts a server on a port of its choice; resolves to its address.
export function serve(name, ...args) {
  const child = spawn(program(name), [...args, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr.on("data", (piece) => {
      text += piece;
      const found = /address=(http:\S+)/.exec(text);
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(`${name} ended: ${text}`)));
  });
}

const same = new Set(readFileSync(join(source, "po/same.txt"), "utf8").split("\n").filter((l) => l && !l.startsWith("#")));

// Texts of a Japanese page that hold no Japanese and are no data either.
export function untranslated(texts) {
  const isData = /^(\d+\/(tcp|udp)|[A-Z]{2}|[\d\s.,:;%+−–\-/()~·～]+|\(?[A-Z][a-z]+\/[A-Za-z_]+\)?|AT-\d{4}-\d{4}|[\w.+-]+@[\w.-]+|hxxps?:\/\/[^ ]+)$/;
  return texts.filter(([text, isCell]) => !/[\u3040-\u30ff\u4e00-\u9fff]/.test(text) && !same.has(text) && !isData.test(text) &&
    !text.split(" · ").every((part) => same.has(part) || isData.test(part)) &&
    !(isCell && /^[\w.:/*?-]+(, [\w]+)*$/.test(text))).map(([text]) => text);
}

export const collectTexts = () => {
  const foreign = `[lang]:not([lang=${document.documentElement.lang}])`;
  const texts = [], walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.replace(/\s+/g, " ").trim();
    if (!text || parent.closest(`script,style,code,${foreign}`)) continue;
    texts.push([text, Boolean(parent.closest("td,tbody th"))]);
  }
  for (const e of document.querySelectorAll("[aria-label],[title]"))
    texts.push([e.getAttribute("aria-label") || e.getAttribute("title"), false]);
  return texts;
};

async function fontsOf(page) {
  const cdp = await page.context().newCDPSession(page);
  const names = new Set();
  await cdp.send("DOM.enable");
  await cdp.send("CSS.enable");
  const { root } = await cdp.send("DOM.getDocument", { depth: -1 });
  const { nodeIds } = await cdp.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector: "body, body *" });
  for (const nodeId of nodeIds.slice(0, 1200)) {
    const { fonts } = await cdp.send("CSS.getPlatformFontsForNode", { nodeId });
    for (const font of fonts) names.add(font.familyName);
  }
  await cdp.detach();
  return [...names];
}

// What is wrong with a page as it is shown now, at its width.
export async function faultsOf(page, lang) {
  const faults = [];
  const state = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    lang: document.documentElement.lang,
  }));
  if (state.wide > 0) faults.push(`the document is ${state.wide} px wider than the window`);
  if (state.lang !== lang) faults.push(`lang is ${state.lang}`);
  const texts = await page.evaluate(collectTexts);
  if (lang === "ja") for (const text of untranslated(texts)) faults.push(`not Japanese: ${text}`);
  if (lang === "en")
    for (const [text] of texts) if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(text)) faults.push(`not English: ${text}`);
  if (texts.some(([text]) => text.includes("\ufffd"))) faults.push("a sign that cannot be shown");
  for (const font of await fontsOf(page)) if (!/^Noto /.test(font)) faults.push(`font ${font}`);
  return faults;
}

export async function look(context, site, lang, [name, path, status = 200], width) {
  const page = await context.newPage(), faults = [];
  page.on("console", (m) => {
    if (m.type() === "error" && !(status >= 400 && m.text().includes(String(status)))) faults.push(`console: ${m.text()}`);
  });
  page.on("pageerror", (e) => faults.push(`script: ${e.message}`));
  await page.setViewportSize({ width, height: 900 });
  const answer = await page.goto(site + path, { waitUntil: "load" });
  if (answer.status() !== status) faults.push(`answer ${answer.status()} instead of ${status}`);
  faults.push(...(await faultsOf(page, lang)));
  await page.screenshot({ path: join(shots, `${name}-${lang}-${width}.png`), fullPage: true });
  await page.close();
  result(`${name} ${lang} ${width}`, faults);
}

export async function ask(context, site, lang, [name, path]) {
  const page = await context.newPage(), faults = [];
  await page.goto(site + path);
  await page.addScriptTag({ path: axePath });
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of found.violations) faults.push(`${v.id}: ${v.help}: ${v.nodes.map((n) => n.target).slice(0, 3).join(" · ")}`);
  await page.close();
  result(`${name} ${lang} axe-core`, faults);
}

// A browser, or the reason why this is skipped.
export function launch() {
  return playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox"] });
}

// Runs a test and ends the process; what it started ends with it.
export async function test(main) {
  try {
    await main();
  } catch (e) {
    result("the walk", [e.stack]);
  }
  for (const child of children) {
    child.removeAllListeners("exit");
    child.kill();
  }
  rmSync(work, { recursive: true, force: true });
  console.log(`1..${count}`);
  process.exit(failed ? 1 : 0);
}
