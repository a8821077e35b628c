#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright The hinomi authors
// Walks every family of pages in both languages at two widths, script off, and fails on what a reader would stumble
// over; a second walk with script asks axe-core. Screenshots go to <build>/screenshots/. Prints TAP.
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { SIZES, ask, collectTexts, feed, launch, look, program, result, run, serve, shots, source, test, untranslated, work } from "./lib.mjs";

const FAMILIES_PUBLIC = [
  ["public-quarter", "isdas/index.html"], ["public-year", "isdas/year.html"], ["public-earlier", "isdas/2013q1.html"],
  ["public-readme", "isdas/readme.html"], ["public-missing", "isdas/nothing.html", 404],
];
const FAMILIES_FORM = [
  ["form-choose", "report/"], ["form-general", "report/general"], ["form-ics", "report/ics"], ["form-unknown", "report/status/x", 404],
];
// A rise of the rows that make_rows.py makes.
const SURGE = "observe/surge/5900-tcp/2013-05-24T00:00:00Z";
const FAMILIES_STAFF = [
  ["staff-start", ""], ["staff-top", "observe/top?period=2013Q2"],
  ["staff-series", "observe/series?port=5900/tcp,445/tcp&period=2013-05"],
  ["staff-sources", "observe/sources?filter=dport+5900&period=2013-05"],
  ["staff-events", "observe/events?period=2013-05-12&n=40"], ["staff-compare", "observe/compare?period=2013-05"],
  ["staff-new", "observe/new?period=2013-06"], ["staff-surges", "observe/surges?period=2013Q2"],
  ["staff-sorted", "observe/top?period=2013Q2&sort=-packets"], ["staff-sensors", "observe/sensors"],
  ["staff-surge", SURGE], ["staff-surge-filter", `${SURGE}?filter=sensor+tokyo*`], ["staff-confirmed", "observe/confirmed"],
  ["staff-filters", "observe/filters?filter=dport+22"], ["staff-filters-fault", "observe/filters?filter=dprt+22", 400],
  ["staff-notes", "observe/notes"], ["staff-fault", "observe/top?filter=dprt+22&period=soon&n=9999", 400],
  ["staff-missing", "observe/nothing", 404], ["staff-account", "account"], ["staff-accounts", "accounts"],
  ["staff-audit", "audit"],
  ["desk-queue", "desk/queue"], ["desk-reports", "desk/reports"], ["desk-report", "desk/report/@REPORT"], ["desk-report-same", "desk/report/@SAME"], ["desk-incidents", "desk/incidents"],
  ["desk-incident", "desk/incident/@INCIDENT"], ["desk-incident-more", "desk/incident/@INCIDENT/more"], ["desk-letters", "desk/letters"], ["desk-letter", "desk/letter/@LETTER"],
  ["desk-contacts", "desk/contacts"], ["desk-missing", "desk/report/R1999-0001", 404],
];
// Before anybody is in; and of a centre that has no account yet.
const FAMILIES_GUEST = [["staff-login", "login?next=/observe/top"]];
const FAMILIES_OPEN = [["staff-open", ""], ["staff-open-login", "login"]];
const WORD = "a password of mine";

// Logs in by the form, after a wrong password has been told of.
async function logIn(context, site, lang) {
  const page = await context.newPage(), faults = [];
  for (const word of ["wrong", WORD]) {
    await page.goto(`${site}login?next=/account`);
    await page.fill("#field-login", "suzuki");
    await page.fill("#field-password", word);
    await page.click("main button");
    if (word === "wrong" && (await page.locator("[role=alert]").count()) !== 1) faults.push("a wrong password is not told of");
  }
  if (!page.url().endsWith("/account")) faults.push(`${page.url()} instead of the account`);
  if ((await page.locator("header .account a").textContent()) !== "suzuki") faults.push("the page does not say who is in");
  await page.close();
  result(`log in ${lang}`, faults);
}

// Begins a second factor, so that the walk sees its secret.
async function beginFactor(context, site) {
  const page = await context.newPage();
  await page.goto(`${site}account`);
  await page.locator("form.desk", { has: page.locator("button[value=totp-begin]") }).locator("input[type=password]").fill(WORD);
  await page.click("button[value=totp-begin]");
  result("a second factor is begun", (await page.locator("text=otpauth://").count()) === 1 ? [] : ["no address for the app"]);
  await page.close();
}

// Sends a form with faults, then a right one; looks at both answers, the receipt and the state. Gives the secret link's path.
async function report(context, site, lang, width) {
  const page = await context.newPage(), faults = [], shot = (name) => page.screenshot({ path: join(shots, `${name}-${lang}-${width}.png`), fullPage: true });
  const inspect = async (name) => {
    const state = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth - document.documentElement.clientWidth }));
    if (state.wide > 0) faults.push(`${name} is ${state.wide} px wider than the window`);
    const texts = await page.evaluate(collectTexts);
    if (lang === "ja") for (const text of untranslated(texts)) if (!/^(W[0-9A-F]{10}|127\.0\.0\.1:.*|x@|kept)$/.test(text)) faults.push(`not Japanese: ${text}`);
    await shot(name);
  };
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${site}report/general`);
  await page.fill("#field-log", "kept");
  await page.fill("#field-mail", "x@");
  await page.waitForTimeout(2100);
  await page.click("main button");
  if ((await page.locator("[role=alert] li").count()) !== 2) faults.push("the faults are not told of");
  if ((await page.inputValue("#field-log")) !== "kept") faults.push("what was typed is lost");
  await inspect("form-faults");
  await page.fill("#field-what", lang === "ja" ? "偽のページがあります。" : "There is a false page.");
  await page.fill("#field-mail", "");
  await page.setInputFiles("#field-files", [{ name: "log.txt", mimeType: "text/plain", buffer: Buffer.from("GET /") }]);
  await page.click("main button:not([tabindex])");
  if (!page.url().includes("/report/receipt/")) faults.push(`${page.url()} instead of a receipt`);
  else {
    await inspect("form-receipt");
    await page.click("main a.button");
    await inspect("form-status");
  }
  const path = new URL(page.url()).pathname.replace(/^\/(en\/)?/, "");
  await page.close();
  result(`a report by form ${lang} ${width}`, faults);
  return path;
}

async function logOut(context, site, lang) {
  const page = await context.newPage();
  await page.goto(site);
  await page.click("header .account button");
  const faults = page.url() === `${site}login` ? [] : [`${page.url()} instead of the login page`];
  await page.goto(site);
  if (page.url() !== `${site}login`) faults.push("the start page opens after logging out");
  await page.close();
  result(`log out ${lang}`, faults);
}

// What arrived, an incident made of it, and a letter: their refs go into the paths of the pages.
async function makeCase(conf, folder) {
  const at = ["-c", conf, "--db", join(folder, "cases.db")];
  const mail = (from, subject, text, n) => `Received: from mx ${n}\r\nFrom: ${from}\r\nSubject: =?UTF-8?B?${Buffer.from(subject).toString("base64")}` +
    `?=\r\nMessage-ID: <${n}@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`;
  feed(mail("reporter@example.com", "フィッシングサイトの報告", "偽のログインページがあります。\r\nhttp://phish.example.jp/login?id=1\r\n<script>alert(1)</script>", 1),
    program("hinomi"), "mail", "take", ...at);
  feed(mail("other@example.org", "同じサイトの報告", "hxxp://phish[.]example[.]jp/login?id=1 に誘導されました。", 3), program("hinomi"), "mail", "take", ...at);
  feed(mail("soc@example.net", "Scans from your network", "192.0.2.1 scans 22/tcp", 2), program("hinomi"), "mail", "take", ...at);
  const jobs = spawn(program("hinomi-jobs"), ["-c", conf], { stdio: "ignore" });
  let list = "";
  for (let i = 0; i < 100 && list.split("\n").length < 4; i++) {
    await new Promise((wait) => setTimeout(wait, 100));
    list = run(program("hinomi"), "report", "list", ...at, "--json");
  }
  jobs.kill();
  const refs = Object.fromEntries(list.trim().split("\n").map((line) => JSON.parse(line)).map((row) => [row.from, row.ref]));
  const report = refs["reporter@example.com"], alike = refs["other@example.org"];
  const incident = run(program("hinomi"), "incident", "make", report, ...at, "--category", "phishing", "--title", "銀行をかたるフィッシング").trim();
  run(program("hinomi"), "indicator", "add", incident, "http://drop.example.net/in.php", ...at, "--as", "drop", "--source", "分析", "--reason", "入力内容の送信先");
  const contact = run(program("hinomi"), "contact", "add", "通報窓口", "abuse@isp.example.net", ...at, "--organisation", "例示ネット", "--country", "JP").trim();
  const letter = feed("ご確認をお願いします。\nhttp://phish.example.jp/login?id=1\n", program("hinomi"), "request", "make", contact, incident, ...at,
    "--subject", "フィッシングサイトについて", "--text", "-", "--reason", "このネットワークの管理者").trim();
  for (const family of FAMILIES_STAFF)
    family[1] = family[1].replace("@REPORT", report).replace("@SAME", alike).replace("@INCIDENT", incident).replace("@LETTER", letter);
}

async function main() {
  const rows = join(work, "rows.csv"), store = join(work, "store"), out = join(work, "public");
  rmSync(shots, { recursive: true, force: true });
  mkdirSync(shots, { recursive: true });
  writeFileSync(rows, run("python3", join(source, "tests/browser/make_rows.py")));
  writeFileSync(join(work, "scanners"), "198.51.100.0/25 a survey\n");
  run(program("hinomi"), "observe", "import", "-q", "-d", store, rows);
  const places = join(work, "places.csv");
  writeFileSync(places, "prefix,country,as\n203.0.113.0/24,US,64496\n198.51.100.0/24,JP,64497\n192.0.2.0/24,NL,64498\n");
  run(program("hinomi"), "publish", "graphs", "-q", "-d", store, "-o", out, "--place", places, "--now", "2013-07-01T12:00");
  const cases = join(work, "cases.db"), at = ["-q", "--db", cases];
  run(program("hinomi"), "surge", "confirm", ...at, "-d", store, "5900/tcp", "2013-05-24", "--cause-ja", "遠隔操作の弱いパスワードを探す活動",
    "--cause-en", "a search for weak remote passwords", "--reference-date", "2013-05-20", "--alert", "AT-2013-0025",
    "--alert-date", "2013-05-25");
  run(program("hinomi"), "filter", "save", ...at, "remote", "dport 5900 and proto tcp");
  run(program("hinomi"), "observe", "note", ...at, "2013Q2", "--note-ja", "5月24日から28日まで、5900/TCPへの通信が急増しました。",
    "--note-en", "From 24 to 28 May, packets to 5900/TCP rose suddenly.");
  const collect = join(work, "collect"), ago = (minutes) => new Date(Date.now() - 60000 * minutes).toISOString().replace("Z", "000Z");
  mkdirSync(collect);
  writeFileSync(join(collect, "sensors"), "hinomi sensors 1\n" + ["kyoto-1", "nara-1", "tokyo-1"].map((name) =>
    `sensor ${name} key=${"0".repeat(63)}1 code=- until=- revoked=no prefixes=192.0.2.0/28\n`).join(""));
  writeFileSync(join(collect, "status"), `hinomi status 1\ncollector since=${ago(9000)} now=${ago(0)} refused=7\n` +
    `sensor nara-1 batch_us=${ago(1)} heartbeat_us=${ago(1)} sent_us=${ago(1)} clock_error_us=90000000\n` +
    `sensor tokyo-1 batch_us=${ago(1)} heartbeat_us=${ago(1)} sent_us=${ago(1)} events=51234 kernel_dropped=3\n`);
  feed(`${WORD}\n`, program("hinomi"), "account", "add", ...at, "suzuki", "--name-ja", "鈴木一郎", "--name-en", "SUZUKI Ichiro", "--role", "all");
  const conf = join(work, "hinomi.conf");
  writeFileSync(conf, 'centre { database = "cases.db" }\nstore { folder = "store" }\npublic { tree = "jobs" }\nmail { address = "csirt@csirt.example.org" }\n');
  await makeCase(conf, work);
  const publicSite = await serve("hinomi-public", "--spool", join(work, "spool"), "--states", join(work, "states"), "--zone", "Asia/Tokyo", out);
  const staffSite = await serve("hinomi-staff", "-c", conf, "--data", store, "--place", places, "--scanners", join(work, "scanners"), "--db", cases,
    "--collect", collect);
  const openSite = await serve("hinomi-staff", "--data", store, "--db", join(work, "open.db"));
  const browser = await launch();
  for (const lang of ["ja", "en"]) {
    const site = lang === "ja" ? publicSite : `${publicSite}en/`;
    const silent = await browser.newContext({ javaScriptEnabled: false, locale: lang });
    for (const width of SIZES) {
      for (const family of FAMILIES_GUEST) await look(silent, staffSite, lang, family, width);
      for (const family of FAMILIES_OPEN) await look(silent, openSite, lang, family, width);
    }
    await silent.clearCookies();
    await logIn(silent, staffSite, lang);
    await silent.clearCookies({ name: "lang" });
    let link;
    if (lang === "ja") await beginFactor(silent, staffSite);
    for (const width of SIZES) {
      for (const family of [...FAMILIES_PUBLIC, ...FAMILIES_FORM]) await look(silent, site, lang, family, width);
      link = await report(silent, site, lang, width);
      for (const family of FAMILIES_STAFF) await look(silent, staffSite, lang, family, width);
    }
    const loud = await browser.newContext({ bypassCSP: true, locale: lang });
    for (const family of [...FAMILIES_PUBLIC, ...FAMILIES_FORM, ["form-status", link], ["form-receipt", link.replace("status", "receipt")]])
      await ask(loud, site, lang, family);
    for (const family of FAMILIES_GUEST) await ask(loud, staffSite, lang, family);
    await logIn(loud, staffSite, lang);
    await loud.clearCookies({ name: "lang" });
    for (const family of FAMILIES_STAFF) await ask(loud, staffSite, lang, family);
    await logOut(silent, staffSite, lang);
    await silent.close();
    await loud.close();
  }
  await browser.close();
}

await test(main);
