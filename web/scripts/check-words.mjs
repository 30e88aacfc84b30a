// No text of the interface stands in the code: every string is keyed in src/words/*en.json, every key there is used and
// stands in German in the *de.json beside it, and the sentences keep the house's manners.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const SOURCES = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');
const SPOKEN = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'alt', 'label', 'placeholder', 'title', 'hint', 'act', 'keep']);
const LETTERS = /\p{L}{2,}/u;
const problems = [];

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name)) yield path;
  }
}

function* nodes(node) {
  if (Array.isArray(node)) for (const each of node) yield* nodes(each);
  else if (node !== null && typeof node === 'object') {
    if (typeof node.type === 'string') yield node;
    for (const key of Object.keys(node)) if (key !== 'parent') yield* nodes(node[key]);
  }
}

const literal = (node) => (node?.type === 'JSXExpressionContainer' ? literal(node.expression) : node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null);

const used = new Set();
const patterns = [];
for (const path of files(SOURCES)) {
  const text = readFileSync(path, 'utf8');
  const where = (node) => `${relative(SOURCES, path)}:${text.slice(0, node.start).split('\n').length}`;
  for (const node of nodes(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }, path))) {
    if (node.type === 'JSXText' && LETTERS.test(node.value)) problems.push(`${where(node)} has text in the page: ${node.value.trim()}`);
    if (node.type === 'JSXAttribute' && SPOKEN.has(node.name.name) && LETTERS.test(literal(node.value) ?? '')) problems.push(`${where(node)} has text in ${node.name.name}: ${literal(node.value)}`);
    if (node.type === 'Literal' && typeof node.value === 'string') used.add(node.value);
    if (node.type === 'TemplateLiteral') patterns.push(new RegExp(`^${node.quasis.map((part) => part.value.raw.replace(/[.*+?^$()[\]\\|]/g, '\\$&')).join('[a-z_]+')}$`));
  }
}

const WORDS = join(SOURCES, 'words');
const read = (name) => JSON.parse(readFileSync(join(WORDS, name), 'utf8'));
const catalogue = {};
const fieldsOf = (sentence) => [...new Set(sentence.match(/\{\w+\}/g))].sort().join(' ');
const names = readdirSync(WORDS);
let foreign = 0;
for (const name of names.filter((each) => each.endsWith('en.json'))) {
  const area = read(name);
  for (const [room, sentences] of Object.entries(area)) {
    for (const key of Object.keys(sentences)) if (catalogue[room]?.[key] !== undefined) problems.push(`words: ${room}.${key} stands twice, in ${name} as well`);
    catalogue[room] = { ...catalogue[room], ...sentences };
  }
  const german = name.replace('en.json', 'de.json');
  if (!names.includes(german)) {
    problems.push(`words: ${name} has no ${german} beside it`);
    continue;
  }
  const there = read(german);
  for (const [room, sentences] of Object.entries(area)) {
    for (const key of Object.keys(sentences)) if (there[room]?.[key] === undefined) problems.push(`words: ${german} lacks ${room}.${key}`);
  }
  for (const [room, sentences] of Object.entries(there)) {
    for (const [key, sentence] of Object.entries(sentences)) {
      const said = area[room]?.[key];
      if (said === undefined) problems.push(`words: ${german} has ${room}.${key}, and ${name} has not`);
      else if (fieldsOf(said) !== fieldsOf(sentence)) problems.push(`words: ${room}.${key} fills in ${fieldsOf(said)} in English and ${fieldsOf(sentence)} in German`);
      if (/[!]|\b(bitte|leider|entschuldig\w*|ups)\b/i.test(sentence)) problems.push(`words: ${room}.${key} does not keep the house's manners in German: ${sentence}`);
      foreign += 1;
    }
  }
}
for (const [room, sentences] of Object.entries(catalogue)) {
  for (const [name, sentence] of Object.entries(sentences)) {
    const key = `${room}.${name}`;
    const base = key.replace(/_(one|other)$/, '');
    const counted = base !== key && `${base.split('.')[1]}_other` in sentences;
    if (![key, ...(counted ? [base] : [])].some((each) => used.has(each) || patterns.some((pattern) => pattern.source !== '^$' && /\./.test(pattern.source) && pattern.test(each)))) problems.push(`words: nothing uses ${key}`);
    if (/[!]|\b(please|sorry|oops)\b/i.test(sentence)) problems.push(`words: ${key} does not keep the house's manners: ${sentence}`);
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
const all = Object.values(catalogue).reduce((sum, room) => sum + Object.keys(room).length, 0);
console.log(`${all} sentences, none in the code; ${foreign} of them in German.`);
