import { optionTemplates } from './chart/option-templates.ts';
import { valuesSchema } from './chart/schema.ts';
import { valuesFile } from './chart/values-file.ts';
import { valuesPage } from './chart/values-page.ts';
import { formatted, type Generated } from './generated.ts';

const chart = 'helm/network-mapper';

/** Of the chart: its values, their schema and documentation, and how they get into the environment of the pods. */
export async function chartFiles(): Promise<readonly Generated[]> {
  return [
    await formatted({ path: `${chart}/values.schema.json`, text: JSON.stringify(valuesSchema()) }),
    await formatted({ path: `${chart}/values.yaml`, text: valuesFile() }),
    { path: `${chart}/templates/_options.tpl`, text: optionTemplates() },
    await formatted({ path: 'docs/values.md', text: valuesPage() }),
  ];
}
