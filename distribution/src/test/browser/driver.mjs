// SPDX-License-Identifier: Apache-2.0
// Usage: node driver.mjs BROWSER HOST
// Serves the pages on HOST and shows them in a headless browser, each in a profile of its own. A line on standard input asks
// for something, a line on standard output answers it:
//   NUMBER open PAGE LIBRARY|URL    NUMBER eval PAGE EXPRESSION        ->  NUMBER ok VALUE | NUMBER failed MESSAGE
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [executable, host] = process.argv.slice(2);
const pages = join(dirname(fileURLToPath(import.meta.url)), 'pages');
const profile = mkdtempSync(join(tmpdir(), 'browser-'));

const web = createServer((request, response) => {
  const library = /^\/(jssip|sipjs)(\.js)?$/.exec(request.url);
  if (!library) {
    response.writeHead(404).end();
  } else if (library[2]) {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    createReadStream(join(pages, `${library[1]}-phone.js`)).pipe(response);
  } else {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>${library[1]}</title><body></body><script src="/${library[1]}.js"></script>`);
  }
});
await new Promise((resolve) => { web.listen(0, host, resolve); });

const browser = spawn(executable, [
  '--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`, '--no-sandbox', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-dev-shm-usage', '--disable-gpu',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--mute-audio',
  '--autoplay-policy=no-user-gesture-required', '--ignore-certificate-errors',
  // a microphone needs a secure context, which an address of 127.0.0.0/8 is; candidates are those addresses, and not hidden
  '--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*',
], { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });

// The DevTools protocol: JSON texts that end in a zero byte, out on descriptor 3, in on 4.
const waiting = new Map();
let last = 0;
function ask(method, params = {}, sessionId = undefined) {
  const id = ++last;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => { waiting.set(id, { resolve, reject }); });
}
let rest = Buffer.alloc(0);
browser.stdio[4].on('data', (data) => {
  rest = Buffer.concat([rest, data]);
  for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
    const { id, result, error, method, params } = JSON.parse(rest.subarray(0, end).toString());
    rest = rest.subarray(end + 1);
    if (method === 'Runtime.exceptionThrown') {
      console.error(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  }
});

async function evaluate(sessionId, expression) {
  const { result, exceptionDetails } = await ask(
    'Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
  if (exceptionDetails) {
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }
  return result.value ?? '';
}

const opened = new Map();
async function open(page, what) {
  const { browserContextId } = await ask('Target.createBrowserContext');
  const { targetId } = await ask('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
  await ask('Runtime.enable', {}, sessionId);
  const foreign = what.startsWith('http');
  const url = foreign ? what : `http://${host}:${web.address().port}/${what}`;
  const loaded = foreign ? `location.href !== 'about:blank' && document.readyState === 'complete'` : 'typeof phone === "object"';
  await ask('Page.navigate', { url }, sessionId);
  while (!(await evaluate(sessionId, loaded))) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
  opened.set(page, sessionId);
  return '';
}

const lines = createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  const [number, command, page, ...words] = line.split(' ');
  const text = words.join(' ');
  try {
    const value = command === 'open' ? await open(page, text) : await evaluate(opened.get(page), text);
    console.log(`${number} ok ${value}`);
  } catch (e) {
    console.log(`${number} failed ${String(e.message).replaceAll('\n', ' ')}`);
  }
});
lines.on('close', () => browser.kill());
browser.on('exit', () => {
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
});
