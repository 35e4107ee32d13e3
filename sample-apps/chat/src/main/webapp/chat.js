// SPDX-License-Identifier: Apache-2.0
'use strict';
const enter = document.getElementById('enter');
const say = document.getElementById('say');
const you = document.getElementById('you');
const messages = document.getElementById('messages');
const RECONNECT_MILLIS = 3000;
const ALIVE_MILLIS = 60000;
const waiting = new Map(); // lines of messages without an outcome, by number
let socket;
let count = 0;

function show(text) {
  const line = document.createElement('li');
  line.textContent = text; // never as HTML: it has what people typed
  messages.append(line);
  return line;
}

/** Who has the key has the name: it stays with this tab. */
function key() {
  if (!sessionStorage.getItem('key')) {
    const numbers = crypto.getRandomValues(new Uint32Array(8));
    sessionStorage.setItem('key', Array.from(numbers, (each) => each.toString(36)).join('-'));
  }
  return sessionStorage.getItem('key');
}

function connect(name) {
  let refused = false;
  const url = new URL('talk', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  socket = new WebSocket(url);
  socket.onopen = () => socket.send(`${name}\n${key()}`);
  socket.onmessage = (message) => {
    const [what, ...lines] = message.data.split('\n');
    if (what === 'you') {
      you.textContent = lines[0];
      say.querySelector('button').disabled = false;
    } else if (what === 'message') {
      show(`${lines[0]}: ${lines.slice(1).join('\n')}`);
    } else if (what === 'outcome') {
      outcome(lines[0], Number(lines[1]));
    } else if (what === 'refused') {
      refused = true;
      you.textContent = `refused: ${lines[0]}`;
    }
  };
  socket.onclose = () => {
    say.querySelector('button').disabled = true;
    if (!refused) {
      setTimeout(() => connect(name), RECONNECT_MILLIS);
    }
  };
}

function outcome(number, status) {
  const line = waiting.get(number);
  waiting.delete(number);
  if (line && status === 202) {
    line.textContent += ' (kept until read)';
  } else if (line && status >= 300) {
    line.textContent += ` (not delivered: ${status})`;
  } else if (line) {
    line.textContent += ' (delivered)';
  }
}

enter.addEventListener('submit', (event) => {
  event.preventDefault();
  enter.hidden = true;
  connect(enter.elements.name.value);
});

say.addEventListener('submit', (event) => {
  event.preventDefault();
  const to = say.elements.to.value;
  const text = say.elements.text.value;
  count += 1;
  waiting.set(String(count), show(`to ${to}: ${text}`));
  socket.send(`${count}\n${to}\n${text}`);
  say.elements.text.value = '';
});

setInterval(() => {
  if (socket && socket.readyState === WebSocket.OPEN) {
    socket.send(''); // the page is still there
  }
}, ALIVE_MILLIS);
