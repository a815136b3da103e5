// Drives Debian's Chromium for the tests of the desk: one JSON command a line in, one JSON answer a line out.
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const PATIENCE = 60_000;
let browser, context, page, noise = [];

const commands = {
  /** A page of its own, with a clock that runs and can be moved on. */
  async open({ url, width = 1280, height = 800 }) {
    browser ??= await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    await context?.close();
    context = await browser.newContext({ viewport: { width, height } });
    context.setDefaultTimeout(PATIENCE);
    page = await context.newPage();
    noise = [];
    page.on('console', m => { if (['error', 'warning'].includes(m.type())) noise.push(`${m.type()}: ${m.text()}`); });
    page.on('pageerror', e => noise.push(`uncaught: ${e.message}`));
    await page.exposeFunction('reportViolation', text => noise.push(`policy: ${text}`));
    await page.addInitScript(() => document.addEventListener('securitypolicyviolation', e => window.reportViolation(`${e.violatedDirective} ${e.blockedURI}`)));
    await page.clock.install();
    await page.goto(url);
  },
  /** Everything that the console, uncaught errors and the content policy complained of since the page was opened. */
  noise: () => noise,
  fill: ({ selector, text }) => page.fill(selector, text),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text),
  choose: ({ selector, text }) => page.selectOption(selector, { label: text }).then(() => null),
  resize: ({ width, height }) => page.setViewportSize({ width, height }),
  reload: () => page.reload().then(() => null),
  click: ({ selector }) => page.click(selector),
  see: ({ selector, text }) => (text === undefined ? page.locator(selector) : page.locator(selector, { hasText: text })).first().waitFor({ state: 'visible' }),
  gone: ({ selector, text }) => (text === undefined ? page.locator(selector) : page.locator(selector, { hasText: text })).first().waitFor({ state: 'hidden' }),
  text: ({ selector }) => page.locator(selector).first().innerText(),
  texts: ({ selector }) => page.locator(selector).allTextContents(),
  attribute: ({ selector, name }) => page.locator(selector).first().getAttribute(name),
  style: ({ selector, name }) => page.locator(selector).first().evaluate((e, n) => getComputedStyle(e).getPropertyValue(n), name),
  count: ({ selector }) => page.locator(selector).count(),
  visible: ({ selector }) => page.locator(selector).first().isVisible(),
  /** What has the focus: its id, else the alert that it stands for, else its tag. */
  focus: () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.id || document.activeElement.tagName),
  /** Whether the focused element shows that it is. */
  focusShows: () => page.evaluate(() => parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2),
  /** Leaves a mark that a reload would wipe out, or says whether it is still there. */
  mark: () => page.evaluate(() => { window.mark = true; }),
  marked: () => page.evaluate(() => window.mark === true),
  /** Moves the page's clock on. */
  later: ({ ms }) => page.clock.fastForward(ms),
  /** Whether anything sticks out of the page or out of its panel. */
  overflow: () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth
    || [...document.querySelectorAll('.panel .row, .panel .row *')].some(e => e.getBoundingClientRect().right > e.closest('.panel').getBoundingClientRect().right + 1)),
  shot: ({ path }) => page.screenshot({ path }).then(() => null),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: name, ...args } = JSON.parse(line);
  try {
    process.stdout.write(`${JSON.stringify({ value: await commands[name](args) ?? null })}\n`);
  } catch (wrong) {
    process.stdout.write(`${JSON.stringify({ error: `${name} ${JSON.stringify(args)}: ${wrong.message}` })}\n`);
  }
}
await browser?.close();
