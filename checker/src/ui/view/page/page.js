const steps = [...document.querySelectorAll('.step')];

function light(step) {
  for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit');
  step.classList.add('lit');
  const object = step.dataset.object;
  if (object) {
    for (const same of document.querySelectorAll(`[data-object="${object}"]`)) same.classList.add('lit');
  }
  lightLine(step.dataset.line);
}

function lightLine(id) {
  for (const lit of document.querySelectorAll('li.lit')) lit.classList.remove('lit');
  const line = document.getElementById(id);
  if (!line) return;
  line.classList.add('lit');
  // Only where the source scrolls by itself: on a narrow screen the page must stay where the reader is.
  const pane = line.closest('section');
  const top = line.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  if (pane.scrollHeight > pane.clientHeight && (top < 0 || top > pane.clientHeight - 40)) {
    pane.scrollTop += top - pane.clientHeight / 2;
  }
}

for (const step of steps) {
  step.addEventListener('focus', () => light(step));
  step.addEventListener('mouseenter', () => light(step));
}

document.addEventListener('keydown', (event) => {
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!move || !steps.length) return;
  const at = steps.indexOf(document.activeElement);
  const next = at < 0 ? (move > 0 ? 0 : steps.length - 1) : Math.min(Math.max(at + move, 0), steps.length - 1);
  steps[next].focus();
  event.preventDefault();
});
