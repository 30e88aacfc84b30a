import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';

import { prefer } from '../../app/preferences';
import type { ToolView } from '../../api/types';
import { Button, buttonClass, ButtonLink } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { StateMark } from '../../parts/StateMark';
import { t, type WordKey } from '../../words';
import css from './FirstSteps.module.css';
import type { Step } from './useFirstSteps';
import { addressOf, useTool } from './useTool';

const WORDS: Record<Step['is'], readonly [title: WordKey, text: WordKey]> = {
  people: ['steps.people', 'steps.people_text'],
  install: ['steps.install', 'steps.install_text'],
  open: ['steps.open', 'steps.open_text'],
};

/** From an empty studio to the first open tool, in three steps. */
export function FirstSteps({ steps }: { steps: Step[] }) {
  const shown = steps.filter((step) => step.is === 'people' || step.tool !== null);
  const current = shown.findIndex((step) => !step.done);
  return (
    <section className={`card ${css['card']}`} aria-labelledby="first-steps">
      <div className={css['head']}>
        <h2 id="first-steps">{t('steps.title')}</h2>
        <span className="meta">{t('steps.done', { done: shown.filter((step) => step.done).length, all: shown.length })}</span>
        <IconButton label={t('steps.hide')} onClick={() => prefer('stepsHidden', true)}>
          <X />
        </IconButton>
      </div>
      <ol>
        {shown.map((step, index) => (
          <li key={step.is} className={step.done ? css['done'] : index === current ? css['now'] : ''} aria-current={index === current ? 'step' : undefined}>
            <span className={css['number']}>{step.done ? <StateMark mark="done"><span className="vh">{t('steps.is_done')}</span></StateMark> : index + 1}</span>
            <div className={css['words']}>
              <b>{t(WORDS[step.is][0], { tool: step.tool?.name ?? '' })}</b>
              {!step.done && <span className="meta">{t(WORDS[step.is][1], { tool: step.tool?.name ?? '' })}</span>}
              {index === current && <Act step={step} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Act({ step }: { step: Step }) {
  if (step.is === 'people') {
    return (
      <Link to="/people" search={{ add: true }} className={buttonClass({ look: 'primary', size: 's' })}>
        {t('steps.add_person')}
      </Link>
    );
  }
  return step.tool && <ToolAct is={step.is} tool={step.tool} />;
}

function ToolAct({ is, tool }: { is: 'install' | 'open'; tool: ToolView }) {
  const { start, install } = useTool(tool);
  const fields = { tool: tool.name };
  if (is === 'install') {
    if (tool.state === 'installing' && tool.job_id !== null) {
      return (
        <Link to="/activity/job/$job" params={{ job: String(tool.job_id) }} className={buttonClass({ size: 's' })}>
          {t('tool.watch_install')}
        </Link>
      );
    }
    return tool.can.install ? (
      <Button look="primary" size="s" online working={install.isPending} onClick={() => install.mutate()}>
        {t('tool.install', fields)}
      </Button>
    ) : null;
  }
  if (tool.can.open && tool.state === 'ready') {
    return (
      <ButtonLink look="primary" size="s" href={addressOf(tool)} onClick={() => prefer('opened', true)}>
        {t('tool.open', fields)}
      </ButtonLink>
    );
  }
  return (
    <Button look="primary" size="s" online blocked={!tool.can.start} working={start.isPending || tool.state === 'starting'} onClick={() => start.mutate()}>
      {t('tool.start', fields)}
    </Button>
  );
}
