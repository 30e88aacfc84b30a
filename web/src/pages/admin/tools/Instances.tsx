import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, OctagonX, RotateCw, ScrollText, Square, Users } from 'lucide-react';

import type { Me } from '../../../api/types';
import { Avatar } from '../../../parts/Avatar';
import { IconButton } from '../../../parts/IconButton';
import { Menu } from '../../../parts/Menu';
import { bytes } from '../../../parts/size';
import { StateMark } from '../../../parts/StateMark';
import { Section } from '../../../parts/Surface';
import { ago, capital, duration, useNow } from '../../../parts/time';
import { toolMark } from '../../../parts/toolState';
import { count, t } from '../../../words';
import { locale } from '../../../words/language';
import type { Asking } from './Asked';
import type { AdminTool, InstanceView } from './model';
import css from './Tools.module.css';

interface InstancesProps {
  tool: AdminTool;
  instances: readonly InstanceView[];
  me: Me;
  onAsk: (asking: Asking) => void;
}

const percent = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** What runs: whose it is, since when, and what its processes take. */
export function Instances({ tool, instances, me, onAsk }: InstancesProps) {
  const now = useNow(5_000);
  return (
    <Section title={t('tools.processes')} note={instances.length > 0 ? count('tools.n_instances', instances.length) : undefined}>
      {instances.length === 0 ? (
        <p className="meta">{t(tool.instances === 'one' ? 'tools.no_process' : 'tools.no_process_own')}</p>
      ) : (
        <div className={`card ${css['frame']}`}>
          <table className={css['table']}>
            <thead>
              <tr>
                <th scope="col">{t('tools.whose')}</th>
                <th scope="col">{t('tools.state')}</th>
                <th scope="col" className={`hide-p ${css['figure']} ${css['pid']}`}>{t('tools.pid')}</th>
                <th scope="col" className={`hide-p ${css['figure']}`}>{t('tools.cpu')}</th>
                <th scope="col" className={css['figure']}>{t('tools.memory')}</th>
                <th scope="col" className="hide-p">{t('tools.since')}</th>
                <th scope="col" className={css['more']}>
                  <span className="vh">{t('tools.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {instances.map((one) => (
                <Row key={one.person ?? ''} tool={tool} one={one} me={me} now={now} onAsk={onAsk} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

function Row({ tool, one, me, now, onAsk }: { tool: AdminTool; one: InstanceView; me: Me; now: number; onAsk: (asking: Asking) => void }) {
  const navigate = useNavigate();
  const who = one.person ?? t('tools.shared');
  const own = one.person !== null && one.person !== me.name;
  return (
    <tr data-person={one.person ?? ''}>
      <td>
        <span className={css['person']}>
          {one.person === null ? (
            <span className={css['all']} aria-hidden="true">
              <Users />
            </span>
          ) : (
            <Avatar name={one.person} />
          )}
          <b className="el" title={who}>{who}</b>
        </span>
      </td>
      <td>
        <StateMark mark={toolMark(one.state)}>{t(`state.${one.state}`)}</StateMark>
      </td>
      <td className={`hide-p num ${css['figure']} ${css['pid']}`}>{one.pid ?? t('common.none')}</td>
      <td className={`hide-p num ${css['figure']}`}>{one.cpu_percent === null ? t('common.none') : t('tools.percent', { percent: percent.format(one.cpu_percent) })}</td>
      <td className={`num ${css['figure']}`}>{one.memory_bytes === null ? t('common.none') : bytes(one.memory_bytes)}</td>
      <td className="hide-p dim el" title={one.started_by === null ? undefined : t('tools.started_by', { name: one.started_by })}>
        {one.since === null ? t('common.none') : now - one.since < 86_400 ? duration(now - one.since) : capital(ago(one.since, now))}
        {one.started_by !== null && <span className={`meta ${css['by']}`}>{t('tools.by', { name: one.started_by === me.name ? t('tools.you') : one.started_by })}</span>}
      </td>
      <td className={css['cell']}>
        <Menu
          entries={[
            {
              name: t('tools.log'),
              icon: ScrollText,
              onPress: () => void navigate(own ? { to: '/activity/tool/$tool/$person', params: { tool: tool.id, person: one.person ?? '' } } : { to: '/activity/tool/$tool', params: { tool: tool.id } }),
            },
            { name: t('tools.restart_ask'), icon: RotateCw, onPress: () => onAsk({ what: 'restart', person: one.person }) },
            'line',
            { name: t('tools.stop_ask'), icon: Square, onPress: () => onAsk({ what: 'stop', person: one.person }) },
            { name: t('tools.kill_ask'), icon: OctagonX, risky: true, onPress: () => onAsk({ what: 'kill', person: one.person }) },
          ]}
          trigger={
            <IconButton label={t('tools.more_of', { name: who })}>
              <Ellipsis />
            </IconButton>
          }
        />
      </td>
    </tr>
  );
}
