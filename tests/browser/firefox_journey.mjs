// One whole journey in Firefox, over WebDriver BiDi: `node firefox_journey.mjs ADDRESS FIREFOX` writes each station that it reaches.
import puppeteer from 'puppeteer-core';

const [address, executablePath] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
const page = await browser.newPage();
page.setDefaultTimeout(45_000);
const faults = [];
page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));

/** Until something of the page has a value, told as the station that it is. */
async function reached(station, selector, property, value) {
  await page.waitForFunction(
    (at, path, wanted) => path.split('.').reduce((held, name) => held?.[name], document.querySelector(at)) === wanted,
    {},
    selector,
    property,
    value,
  );
  console.log(station);
}

try {
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(`${address}/?architecture=attention_seq2seq&task=reverse`);
  await reached('opened', '#player', 'dataset.ready', 'true');
  await page.click('#input :is(input, textarea)', { count: 3 });
  await page.keyboard.type('2718');
  await reached('typed', '#output', 'textContent', '8 1 7 2');
  await page.focus('#player');
  for (const key of ['Home', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await reached('stepped', '#player', 'dataset.step', '2');
  await page.click('.pic .codep');
  await reached('block', 'section.inside h3', 'tagName', 'H3');
  await page.keyboard.press('Escape');
  await reached('closed', '.pic .codep', 'ariaPressed', 'false');
  await page.click('#train');
  await reached('trained', '#run-status', 'dataset.state', 'done');
  for (const tab of ['attention', 'states', 'training', 'code']) {
    await page.click(`#tab-${tab}`);
    await reached(tab, `#tab-${tab}`, 'ariaSelected', 'true');
  }
  await page.waitForFunction(() => document.querySelector('section.code pre')?.textContent.includes('class '));
} finally {
  await browser.close();
}
if (faults.length) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
}
