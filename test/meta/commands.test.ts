import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../..');
const pages = globSync('{*.md,docs/**/*.md,packages/*/*.md,test/**/*.md}', { cwd: root }).filter(
  page => !page.includes('node_modules'),
);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** What a page has in code blocks and code spans. */
function codeOf(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```[^\n]*\n[\s\S]*?```|`[^`\n]+`|^ {4}.+$/gm)].map(([code]) => code);
}

/** What `find` finds wrong on each page, as `page: what`. */
function onPages(find: (page: string) => readonly string[]): readonly string[] {
  return pages.flatMap(page => find(page).map(what => `${page}: ${what}`));
}

test('there are pages to look at', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md', 'packages/mapper/README.md']));
});

test('npm commands that pages name exist', () => {
  const unknown = onPages(page =>
    codeOf(page)
      .flatMap(code => [...code.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(test)\b)/g)])
      .map(([, run, test]) => run ?? test ?? '')
      .filter(name => scripts[name] === undefined),
  );
  expect(unknown).toEqual([]);
});

test('files that pages name exist', () => {
  const missing = onPages(page => {
    const folder = /^(packages\/[^/]+|test\/[^/]+)\//.exec(page)?.[0] ?? '.';
    return codeOf(page)
      .flatMap(code => [...code.matchAll(/(?<![\w./<-])(?:packages|scripts|test|docs|src|install)\/[\w./-]*\w/g)])
      .map(([path]) => path)
      .filter(path => !existsSync(join(root, path)) && !existsSync(join(root, folder, path)));
  });
  expect(missing).toEqual([]);
});

test('pages that pages link to exist', () => {
  const missing = onPages(page =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#]+)/g)]
      .map(([, target = '']) => target)
      .filter(target => !/^https?:/.test(target) && !existsSync(join(root, dirname(page), target))),
  );
  expect(missing).toEqual([]);
});

test('the images that the README builds are those that its line installs', () => {
  const built = [
    ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/docker build -f Dockerfile\.(\w+) -t (\S+)/g),
  ];
  const { appVersion } = parse(readFileSync(join(root, 'helm/network-mapper/Chart.yaml'), 'utf8')) as {
    readonly appVersion: string;
  };
  const values = parse(readFileSync(join(root, 'helm/network-mapper/values.yaml'), 'utf8')) as Readonly<
    Record<string, { readonly image: string }>
  >;
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(
    '--set mapper.repository=localhost,sniffer.repository=localhost',
  );
  expect(built.map(([, name = '', image]) => [image, `localhost/${values[name]?.image ?? ''}:${appVersion}`])).toEqual([
    ['localhost/network-mapper:0.1.0', 'localhost/network-mapper:0.1.0'],
    ['localhost/network-mapper-sniffer:0.1.0', 'localhost/network-mapper-sniffer:0.1.0'],
  ]);
});
