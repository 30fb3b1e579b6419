import { option, type Option } from '@network-mapper/runtime';

type Definition<T> = Omit<Option<T>, 'env' | 'flag'> & NonNullable<Option<T>['flag']>;

/** An option that is a flag `--name`, a variable `OTTERIZE_NAME` and the member `name` of the configuration file. */
export function flagOption<T>(definition: Definition<T>): Option<T> {
  const env = `OTTERIZE_${definition.name.toUpperCase().replaceAll('-', '_')}`;
  return option({ ...definition, env, flag: definition });
}
