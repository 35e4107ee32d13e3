// SPDX-License-Identifier: Apache-2.0
'use strict';
const form = document.getElementById('form');
const progress = document.getElementById('progress');
const hangUp = document.getElementById('hang-up');

function show(text) {
  const line = document.createElement('li');
  line.textContent = text; // never as HTML: it has what people typed
  progress.append(line);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  progress.replaceChildren();
  const response = await fetch('call', { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  if (!response.ok) {
    show(`refused: ${response.status}`);
    return;
  }
  const call = response.headers.get('Location');
  hangUp.disabled = false;
  hangUp.onclick = () => fetch(call, { method: 'DELETE' });
  const events = new EventSource(call);
  events.onmessage = (message) => show(message.data);
  events.onerror = () => { // the server has closed it: the call is over
    events.close();
    hangUp.disabled = true;
  };
});
