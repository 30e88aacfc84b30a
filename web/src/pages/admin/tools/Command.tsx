import { ChevronDown } from 'lucide-react';
import { Fragment } from 'react';

import type { Me } from '../../../api/types';
import { Badge } from '../../../parts/Badge';
import { Button } from '../../../parts/Button';
import { CopyButton } from '../../../parts/CopyButton';
import { Menu } from '../../../parts/Menu';
import { Section } from '../../../parts/Surface';
import { count, t } from '../../../words';
import { type AdminTool, commandLine, commandPieces, type CommandView } from './model';
import css from './Tools.module.css';

interface CommandProps {
  tool: AdminTool;
  command: CommandView;
  me: Me;
  as: string | undefined;
  stale: boolean;
  onAs: (as: string | undefined) => void;
}

/** The command of the next start, and the environment that it gets. */
export function Command({ tool, command, me, as, stale, onAs }: CommandProps) {
  const people = [...new Set([me.name, ...command.instances.flatMap(({ person }) => (person === null ? [] : [person])), ...(as === undefined ? [] : [as])])];
  return (
    <>
      <Section
        title={t('tools.command')}
        note={t('tools.command_note')}
        end={
          tool.instances === 'per-artist' && (
            <Menu
              entries={[
                {
                  label: t('tools.as_label'),
                  value: as ?? me.name,
                  options: people.map((name) => [name, name === me.name ? t('tools.as_you', { name }) : name] as const),
                  onChoose: (name) => onAs(name === me.name ? undefined : name),
                  closes: true,
                },
              ]}
              trigger={
                <Button size="s">
                  {t('tools.as', { name: as ?? me.name })}
                  <ChevronDown aria-hidden="true" />
                </Button>
              }
            />
          )
        }
      >
        <div className={`card ${css['command']} ${stale ? css['stale'] : ''}`}>
          <div className={css['argv']}>
            <code className="mono" tabIndex={0} role="group" aria-label={t('tools.command')}>
              {commandPieces(command.argv).map((piece, at) => (
                <Fragment key={at}>
                  <span>{piece}</span>{' '}
                </Fragment>
              ))}
            </code>
            <CopyButton text={commandLine(command.argv)}>{t('common.copy')}</CopyButton>
          </div>
          <dl className={css['facts']}>
            <div>
              <dt>{t('tools.cwd')}</dt>
              <dd className="mono">{command.cwd}</dd>
            </div>
            <div>
              <dt>{t('tools.account')}</dt>
              <dd>{command.account === null ? t('tools.account_studio') : <span className="mono">{command.account}</span>}</dd>
            </div>
          </dl>
        </div>
      </Section>
      <Section title={t('tools.environment')} note={count('tools.n_variables', command.env.length)}>
        <div className={`card ${css['frame']}`}>
          <table className={`${css['table']} ${css['env']}`}>
            <thead>
              <tr>
                <th scope="col">{t('tools.variable')}</th>
                <th scope="col">{t('tools.value')}</th>
                <th scope="col">{t('tools.from')}</th>
              </tr>
            </thead>
            <tbody>
              {command.env.map(({ name, value, from }) => (
                <tr key={name}>
                  <th scope="row" className="mono">{name}</th>
                  <td className="mono">{value}</td>
                  <td>{from === 'option' ? <Badge look="accent">{t('tools.from_option')}</Badge> : <span className="meta">{t(`tools.from_${from}`)}</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
    </>
  );
}
