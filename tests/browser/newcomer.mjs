#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright The hinomi authors
// A newcomer's half hour at the incident desk, in both languages, without script: a report by form and one by mail are taken, joined, taken apart
// and joined again; a party is told by a signed letter, its reply arrives, the case is closed. Each page on the way is looked at in two
// widths, and by axe-core. Prints TAP.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { SIZES, ask, faultsOf, feed, launch, program, result, run, serve, shots, source, start, test, work } from "./lib.mjs";

const WORD = "a password of mine", SITE = "http://phish.example.jp/login";
const TEXTS = {
  ja: { what: `偽のログインページがあります。 ${SITE}`, subject: "フィッシングの報告", body: `同じ偽サイトに誘導されました。 ${SITE}`, title: "銀行をかたるフィッシング",
    reason: "このネットワークの管理者", letter: "フィッシングサイトについて", text: `ご確認をお願いします。\n${SITE}\n`, reply: "停止しました。", closed: "サイトの停止を確認", name: "通報窓口",
    organisation: "例示ネット" },
  en: { what: `There is a false login page: ${SITE}`, subject: "A phishing site", body: `I was led to the same site. ${SITE}`, title: "Phishing of Example Bank",
    reason: "holds the network", letter: "Phishing site", text: `Please look into it.\n${SITE}\n`, reply: "It is stopped.", closed: "the site is gone", name: "Abuse desk",
    organisation: "Example Net" },
};

// One half hour: a centre of its own, a browser without script.
class HalfHour {
  constructor(lang) {
    this.lang = lang;
    this.say = TEXTS[lang];
    this.folder = join(work, lang);
    this.conf = join(this.folder, "hinomi.conf");
    this.faults = [];
  }

  async begin(browser) {
    mkdirSync(join(this.folder, "sink"), { recursive: true });
    const sink = start("python3", [join(source, "tests/net/smtp_sink.py"), join(this.folder, "sink")]);
    const port = await new Promise((resolve) => sink.stdout.once("data", (piece) => resolve(String(piece).trim())));
    mkdirSync(join(this.folder, "sign"), { mode: 0o700 });
    run("gpg", "--homedir", join(this.folder, "sign"), "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "sign@csirt.example.org",
      "future-default", "default", "never");
    writeFileSync(join(this.folder, "rows.csv"), "time,sensor,source,protocol,source_port,port\n2013-05-01T00:00:00Z,a,192.0.2.1,tcp,1,22\n");
    run(program("hinomi"), "observe", "import", "-q", "-d", join(this.folder, "store"), join(this.folder, "rows.csv"));
    writeFileSync(this.conf, `centre { database = "cases.db" blobs = "blobs" name_en = "Example CSIRT" name_ja = "例示センター" country = "JP" pace = 1 }\n` +
      `store { folder = "store" }\npublic { tree = "tree" spool = "spool" states = "states" }\nkeys { sign = "sign" }\n` +
      `mail { address = "csirt@csirt.example.org" server = "smtp://127.0.0.1:${port}" delay = 0 }\n`);
    run(program("hinomi"), "publish", "graphs", "-q", "-d", join(this.folder, "store"), "-o", join(this.folder, "tree"), "--now", "2013-07-01T12:00");
    feed(`${WORD}\n`, program("hinomi"), "account", "add", "-q", "-c", this.conf, "suzuki", "--name-ja", "鈴木一郎", "--name-en", "SUZUKI Ichiro", "--role", "all",
      "--lang", this.lang);
    start(program("hinomi-jobs"), ["-c", this.conf]);
    this.public = await serve("hinomi-public", "--spool", join(this.folder, "spool"), "--states", join(this.folder, "states"), "--zone", "Asia/Tokyo",
      join(this.folder, "tree"));
    this.staff = await serve("hinomi-staff", "-c", this.conf);
    this.context = await browser.newContext({ javaScriptEnabled: false, locale: this.lang });
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(8000);
  }

  // Looks at the page as it is, in both widths, and keeps pictures.
  async see(name) {
    for (const width of SIZES) {
      await this.page.setViewportSize({ width, height: 900 });
      for (const fault of await faultsOf(this.page, this.lang)) this.faults.push(`${name} at ${width}: ${fault}`);
      await this.page.screenshot({ path: join(shots, `newcomer-${name}-${this.lang}-${width}.png`), fullPage: true });
    }
  }

  // A step is one point.
  async step(name, doing) {
    this.faults = [];
    try {
      await doing();
    } catch (e) {
      this.faults.push(e.message.split("\n")[0]);
    }
    result(`${name} (${this.lang})`, this.faults);
  }

  demand(holds, fault) {
    if (!holds) this.faults.push(fault);
  }

  // Goes to a page again and again until something is there: jobs work beside.
  async until(path, there, seconds = 30) {
    for (const end = Date.now() + 1000 * seconds; Date.now() < end; ) {
      await this.page.goto(this.staff + path);
      if (await there()) return true;
      await new Promise((wait) => setTimeout(wait, 300));
    }
    throw new Error(`it did not come to that: ${path}`);
  }

  // The form on this page whose button does this.
  form(act) {
    return this.page.locator("form.desk", { has: this.page.locator(`button[value=${act}]`) });
  }

  rows(id) {
    return this.page.locator(`[role=region][aria-labelledby=${id}] tbody tr`);
  }

  mails() {
    return readdirSync(join(this.folder, "sink")).filter((n) => n.endsWith(".eml")).sort().map((n) => readFileSync(join(this.folder, "sink", n), "utf8"));
  }

  mail(from, subject, text, more = "") {
    const word = (t) => `=?UTF-8?B?${Buffer.from(t).toString("base64")}?=`;
    feed(`Received: from mx by here; ${subject}\r\nFrom: ${from}\r\nTo: csirt@csirt.example.org\r\nSubject: ${word(subject)}\r\n${more}` +
      `Message-ID: <${Buffer.from(subject).toString("hex")}@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`,
    program("hinomi"), "mail", "take", "-q", "-c", this.conf);
  }

  async walk() {
    const { page, say } = this;
    let incident, letter;
    await this.step("a visitor reports by form, and gets a number", async () => {
      await page.goto(`${this.public}${this.lang === "en" ? "en/" : ""}report/general`);
      await page.fill("#field-what", say.what);
      await page.waitForTimeout(2100);
      await page.click("main button:not([tabindex])");
      this.demand(page.url().includes("/report/receipt/"), "no receipt");
    });
    await this.step("she logs in and finds her way to the report", async () => {
      await page.goto(`${this.staff}login?next=/desk/reports`);
      await page.fill("#field-login", "suzuki");
      await page.fill("#field-password", WORD);
      await page.click("main button");
      await this.until("desk/reports", async () => (await this.rows("reports").count()) === 1);
      await this.see("reports");
      await this.rows("reports").first().locator("a").first().click();
      this.demand((await page.locator("main").textContent()).includes("hxxp://phish[.]example[.]jp/login"), "the text is not there, or is live");
      await this.see("report");
    });
    await this.step("she makes an incident of it", async () => {
      await this.form("make").locator("#field-title").fill(say.title);
      await this.form("make").locator("select").selectOption("phishing");
      await page.click("button[value=make]");
      incident = new URL(page.url()).pathname.slice(1);
      this.demand(/^desk\/incident\/I\d{4}-\d+$/.test(incident), `${page.url()} is no incident`);
    });
    await this.step("a second report comes by mail; it is proposed as the same, with the reason, and she joins it", async () => {
      this.mail("customer@example.com", say.subject, say.body);
      await this.until("desk/reports", async () => (await this.rows("reports").count()) === 2);
      await this.rows("reports").first().locator("a").first().click();
      this.demand((await this.rows("same").count()) === 1, "nothing is proposed");
      await this.see("same");
      await this.rows("same").locator("button[value=join]").click();
      await page.goto(this.staff + incident);
      this.demand((await this.rows("reports").count()) === 2, "it is not joined");
      await this.see("joined");
    });
    await this.step("she takes it apart again, and joins it again: nothing is lost", async () => {
      await this.rows("reports").filter({ hasText: "customer@example.com" }).locator("button[value=remove]").click();
      this.demand((await this.rows("reports").count()) === 1, "it is not taken out");
      await page.goto(`${this.staff}desk/reports`);
      await this.rows("reports").first().locator("a").first().click();
      await this.rows("same").locator("button[value=join]").click();
      await page.goto(this.staff + incident);
      this.demand((await this.rows("reports").count()) === 2, "it is not joined again");
    });
    await this.step("she adds whom to tell, and drafts a letter; a wrong contact is said beside the field, and nothing typed is lost", async () => {
      await page.goto(`${this.staff}desk/contacts`);
      const add = this.form("add");
      await add.locator("[name=name]").fill(say.name);
      await add.locator("[name=address]").fill("abuse@isp.example.net");
      await add.locator("[name=organisation]").fill(say.organisation);
      await add.locator("[name=country]").fill("JP");
      await page.click("button[value=add]");
      await page.goto(this.staff + incident);
      for (const contact of ["C-9999", "abuse@isp.example.net"]) {
        const letterForm = this.form("ask");
        await letterForm.locator("[name=contact]").fill(contact);
        if (contact === "C-9999") {
          await letterForm.locator("[name=reason]").fill(say.reason);
          await letterForm.locator("[name=subject]").fill(say.letter);
          await letterForm.locator("[name=text]").fill(say.text);
        } else {
          this.demand((await letterForm.locator("[name=text]").inputValue()).includes(SITE), "the letter's text is lost");
          await this.see("letter-fault");
        }
        await page.click("button[value=ask]");
      }
      letter = new URL(page.url()).pathname.slice(1);
      this.demand(/^desk\/letter\/L-\d+$/.test(letter), `${page.url()} is no letter`);
      await this.see("letter-draft");
    });
    await this.step("she sends it; it goes out signed, and the request counts", async () => {
      await page.click("button[value=send]");
      await this.until(letter, async () => this.mails().some((m) => m.includes("X-Envelope-To: abuse@isp.example.net")));
      const sent = this.mails().find((m) => m.includes("X-Envelope-To: abuse@isp.example.net"));
      this.demand(/multipart\/signed/.test(sent) && /BEGIN PGP SIGNATURE/.test(sent), "it is not signed");
      await this.until(incident, async () => (await this.rows("requests").locator(".state.warn").count()) === 1);
      await this.see("asked");
    });
    await this.step("the reply arrives with the case, and the request is answered", async () => {
      const id = /^Message-ID: (<[^>]+>)/m.exec(this.mails().find((m) => m.includes("X-Envelope-To: abuse@isp.example.net")))[1];
      this.mail("abuse@isp.example.net", `Re: ${say.letter}`, say.reply, `In-Reply-To: ${id}\r\n`);
      await this.until(incident, async () => (await this.rows("requests").locator(".state.good").count()) === 1);
      this.demand((await page.locator("main").textContent()).includes(say.reply), "what it says is not shown");
      await this.see("answered");
    });
    await this.step("she closes it with the reason", async () => {
      await this.form("close").locator("[name=reason]").fill(say.closed);
      await page.click("button[value=close]");
      this.demand((await this.rows("incidents").locator(".state.good").count()) === 1, "it is not closed");
      await this.see("closed");
    });
    return [incident, letter];
  }

  async listen(browser, paths) {
    const loud = await browser.newContext({ bypassCSP: true, locale: this.lang });
    await loud.addCookies(await this.context.cookies());
    for (const path of paths) await ask(loud, this.staff, this.lang, [`newcomer ${path.split("/")[1]}`, path]);
    await loud.close();
  }
}

await test(async () => {
  mkdirSync(shots, { recursive: true });
  const browser = await launch();
  for (const lang of ["ja", "en"]) {
    const hour = new HalfHour(lang);
    await hour.begin(browser);
    const paths = await hour.walk();
    await hour.listen(browser, ["desk/reports", ...paths.filter(Boolean)]);
    await hour.context.close();
  }
  await browser.close();
});
