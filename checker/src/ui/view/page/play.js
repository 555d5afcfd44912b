const game = JSON.parse(document.getElementById('game').textContent);
const words = {
  open: 'It can still go either way.',
  passes: 'Every way from here ends well.',
  fails: 'Too late to avoid it: every way from here fails.',
  unknown: '',
};
// The ends that the reader has seen.
const seen = new Set();
let path = [];
// Up to the first real choice, the test runs by itself.
let begun = 0;

const part = (id) => document.getElementById(id);
const at = () => (path.length ? path[path.length - 1].node : 0);
const taken = () => path.flatMap((choice) => choice.steps);
const own_steps = () => path.slice(begun).flatMap((choice) => choice.steps).length;
const steps_in_words = (count) => (count === 1 ? '1 step' : `${count} steps`);

/// Goes on to where something is to be seen, as long as the same task can go on.
function follow(way) {
  let steps = way.steps || [];
  let node = way.to;
  while (!steps.length && way.task !== undefined) {
    const next = game.nodes[node].ways.find((other) => other.task === way.task);
    if (!next || next.to === null) break;
    steps = next.steps || [];
    node = next.to;
  }
  return { node, steps };
}

/// An element with `text`, in which backticks enclose code.
function element(kind, className, text) {
  const made = document.createElement(kind);
  made.className = className;
  String(text).split('`').forEach((piece, index) => {
    const code = document.createElement('code');
    code.textContent = piece;
    made.append(index % 2 ? code : piece);
  });
  return made;
}

/// A button for a choice, with what happens next if it is chosen.
function choice(list, key, name, status, way) {
  const item = document.createElement('li');
  const number = list.children.length + 1;
  const button = element('button', '', '');
  button.append(element('kbd', '', number), ' ', element('span', 'name', name));
  button.dataset.key = key;
  button.disabled = !way || way.to === null;
  if (way && way.to === null) button.title = 'This is not in the page.';
  button.addEventListener('click', () => choose(way));
  const does = element('span', 'does', status);
  does.id = `does-${number}`;
  button.setAttribute('aria-describedby', does.id);
  if (!button.disabled) {
    const next = follow(way).steps[0];
    if (next) does.append(element('span', 'next', `next: ${game.texts[next[1]]}`));
  }
  item.append(button, does);
  list.append(item);
}

function choose(way) {
  path.push(follow(way));
  show();
}

function fate_in_words(node) {
  if (node.end === undefined) return path.length > begun ? words[node.fate] : '';
  const end = game.texts[node.end];
  if (node.fate === 'fails') return `${end}\n${game.goal.reached} after ${steps_in_words(own_steps())}.`;
  if (game.goal.can) return `${end}. ${game.goal.missed}`;
  return `${end}. You have seen ${seen.size} of the ${game.ends} ends on this page, and each is good.`;
}

function show() {
  const node = game.nodes[at()];
  if (node.end !== undefined) seen.add(at());
  const focused = document.activeElement && document.activeElement.dataset.key;
  const fate = part('fate');
  fate.replaceChildren(element('span', '', fate_in_words(node)));
  fate.className = node.end === undefined && path.length <= begun ? '' : node.fate;
  const tasks = part('tasks');
  tasks.replaceChildren();
  game.tasks.forEach((name, task) => {
    const does = node.does[task];
    const status = does === undefined ? 'not started' : game.texts[does];
    choice(tasks, `task ${task}`, game.texts[name], status, node.ways.find((way) => way.task === task));
  });
  for (const way of node.ways.filter((way) => way.what !== undefined)) {
    choice(tasks, `what ${way.what}`, game.texts[way.what], '', way);
  }
  tell();
  part('after').hidden = node.end === undefined;
  part('back').disabled = path.length <= begun;
  part('restart').disabled = path.length <= begun;
  const same = focused && document.querySelector(`[data-key="${focused}"]:not(:disabled)`);
  if (same) same.focus();
  else if (focused) (node.end === undefined ? tasks.querySelector('button:not(:disabled)') : part('restart')).focus();
}

/// The steps so far. Only the new ones are added, because a screen reader reads out what is added.
function tell() {
  const log = part('log');
  const steps = taken();
  while (log.children.length > steps.length) log.lastChild.remove();
  for (const [task, what] of steps.slice(log.children.length)) {
    const own = log.children.length >= steps.length - own_steps();
    const item = element('li', `t${task % 6}${own ? '' : ' before'}`, '');
    item.append(element('b', '', game.texts[game.tasks[task]]), ' ', element('span', '', game.texts[what]));
    log.append(item);
  }
  log.scrollTop = log.scrollHeight;
  part('count').textContent = steps_in_words(own_steps());
  const lines = steps.map((step) => game.texts[step[2]]).filter((line) => line);
  lightLine(lines.length ? lines[lines.length - 1] : '');
}

function back() {
  if (path.length > begun) path.pop();
  show();
}

function restart() {
  path = path.slice(0, begun);
  show();
}

/// Takes the choices that are none, unless nothing else is left to do.
function begin() {
  const start = [];
  let node = 0;
  while (game.nodes[node].ways.length === 1 && game.nodes[node].ways[0].to !== null) {
    start.push(follow(game.nodes[node].ways[0]));
    node = start[start.length - 1].node;
  }
  if (game.nodes[node].end !== undefined) return;
  path = start;
  begun = start.length;
  const before = taken().length;
  if (before) part('before').textContent = `Before your first choice, the test took ${steps_in_words(before)}.`;
}

part('back').addEventListener('click', back);
part('restart').addEventListener('click', restart);
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const button = part('tasks').querySelectorAll('button')[Number(event.key) - 1];
  if (button) {
    if (!button.disabled) button.click();
  } else if (event.key === 'Backspace' || event.key === 'u') back();
  else if (event.key === 'r') restart();
  else return;
  event.preventDefault();
});
begin();
show();
