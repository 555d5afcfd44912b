const game = JSON.parse(document.getElementById('game').textContent);
const words = {
  open: 'Some interleavings from here pass and some fail.',
  passes: 'Every interleaving from here passes.',
  fails: 'Every interleaving from here fails.',
  unknown: '',
};
let path = [];

const at = () => (path.length ? path[path.length - 1].node : 0);

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

function button(text, way) {
  const choose = document.createElement('button');
  choose.textContent = text;
  choose.disabled = !way || way.to === null;
  if (way && way.to === null) choose.title = 'This is not in the page.';
  choose.addEventListener('click', () => {
    path.push(follow(way));
    show();
  });
  return choose;
}

function show() {
  const node = game.nodes[at()];
  const focused = document.activeElement && document.activeElement.dataset.key;
  const fate = document.getElementById('fate');
  fate.textContent = node.end === undefined ? words[node.fate] : game.texts[node.end];
  fate.className = node.fate;
  const tasks = document.getElementById('tasks');
  tasks.replaceChildren();
  game.tasks.forEach((name, task) => {
    const item = document.createElement('li');
    const choose = button(game.texts[name], node.ways.find((way) => way.task === task));
    choose.dataset.key = `task ${task}`;
    const does = node.does[task];
    const status = document.createElement('span');
    status.textContent = does === undefined ? 'not started' : game.texts[does];
    item.append(choose, status);
    tasks.append(item);
  });
  for (const way of node.ways.filter((way) => way.what !== undefined)) {
    const item = document.createElement('li');
    const choose = button(game.texts[way.what], way);
    choose.dataset.key = `what ${way.what}`;
    item.append(choose);
    tasks.append(item);
  }
  const log = document.getElementById('log');
  log.replaceChildren();
  let line = '';
  for (const step of path.flatMap((choice) => choice.steps)) {
    const item = document.createElement('li');
    item.textContent = game.texts[step[0]];
    line = game.texts[step[1]] || line;
    log.append(item);
  }
  log.scrollTop = log.scrollHeight;
  lightLine(line);
  document.getElementById('back').disabled = !path.length;
  document.getElementById('restart').disabled = !path.length;
  const same = focused && document.querySelector(`[data-key="${focused}"]:not(:disabled)`);
  if (same) same.focus();
}

document.getElementById('back').addEventListener('click', () => {
  path.pop();
  show();
});
document.getElementById('restart').addEventListener('click', () => {
  path = [];
  show();
});
show();
