const steps = [...document.querySelectorAll('.step')];

function light(step) {
  for (const lit of document.querySelectorAll('.lit')) lit.classList.remove('lit');
  step.classList.add('lit');
  const object = step.dataset.object;
  if (object) {
    for (const same of document.querySelectorAll(`[data-object="${object}"]`)) same.classList.add('lit');
  }
  const line = document.getElementById(step.dataset.line);
  if (line) {
    line.classList.add('lit');
    line.scrollIntoView({ block: 'nearest' });
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
