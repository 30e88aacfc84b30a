import { useQuery } from '@tanstack/react-query';
import { Download, FileJson2 } from 'lucide-react';
import type { ReactNode } from 'react';

import { sentenceOf } from '../../api/client';
import type { OutputDetail, OutputView } from '../../api/types';
import { Button, ButtonLink } from '../../parts/Button';
import { CopyButton, CopyIcon } from '../../parts/CopyButton';
import { bytes } from '../../parts/size';
import { Skeleton } from '../../parts/Surface';
import { capital, clock, useNow } from '../../parts/time';
import { t } from '../../words';
import { downloadOf } from './addresses';
import { dayName, midnight } from './days';
import css from './InfoPanel.module.css';
import { type Recipe, recipeOf } from './metadata';
import { output } from './queries';
import { saveText } from './saveText';
import { took } from './took';

/** How a file was made: its prompt, seed and models, and what it is on disk. */
export function InfoPanel({ item }: { item: OutputView }) {
  const { data, error } = useQuery(output(item.path));
  const workflow = data ? workflowOf(data) : null;
  const recipe = data ? recipeOf(data.graph) : null;
  return (
    <div className={css['panel']}>
      <div className={css['acts']}>
        <ButtonLink look="primary" href={downloadOf(item.path)} download="">
          <Download aria-hidden="true" />
          {t('outputs.download')}
        </ButtonLink>
        {workflow !== null && (
          <Button onClick={() => saveText(`${item.name.replace(/\.[^.]+$/, '')}.json`, workflow)} title={t('outputs.workflow_hint')}>
            <FileJson2 aria-hidden="true" />
            {t('outputs.workflow')}
          </Button>
        )}
      </div>
      {!data && !error && <Skeleton rows={3} height={64} />}
      {error && !data && <p className={css['error']}>{sentenceOf(error)}</p>}
      {recipe?.prompt && <Words label={t('outputs.prompt')} copied={t('outputs.copy_prompt')} text={recipe.prompt} />}
      {recipe?.negative && <Words label={t('outputs.negative')} copied={t('outputs.copy_negative')} text={recipe.negative} />}
      {data && workflow === null && Object.keys(data.metadata).length === 0 && <p className="dim">{t('outputs.no_recipe')}</p>}
      <dl className={css['facts']}>
        {recipe && <Made recipe={recipe} />}
        <OnDisk item={item} run={data?.prompt ?? null} />
        {data && <Others metadata={data.metadata} />}
      </dl>
      {workflow !== null && (
        <CopyButton text={workflow} wide>
          {t('outputs.copy_workflow')}
        </CopyButton>
      )}
    </div>
  );
}

/** The workflow that ComfyUI opens; the graph it ran where the file holds no other. */
function workflowOf(data: OutputDetail): string | null {
  const found = data.workflow ?? data.graph;
  return found === null || found === undefined ? null : JSON.stringify(found, null, 2);
}

function Made({ recipe }: { recipe: Recipe }) {
  return (
    <>
      {recipe.seed && (
        <Fact name={t('outputs.seed')} copy={recipe.seed} label={t('outputs.copy_seed')}>
          <span className="mono">{grouped(recipe.seed)}</span>
        </Fact>
      )}
      {recipe.models.length > 0 && <Fact name={t('outputs.model')}>{recipe.models.join(', ')}</Fact>}
      {recipe.loras.map((lora) => (
        <Fact key={lora} name={t('outputs.lora')}>
          {lora}
        </Fact>
      ))}
      {recipe.steps && <Fact name={t(recipe.guidance ? 'outputs.steps_guidance' : 'outputs.steps')}>{[recipe.steps, recipe.guidance].filter(Boolean).join(', ')}</Fact>}
      {recipe.sampler && <Fact name={t('outputs.sampler')}>{[recipe.sampler, recipe.scheduler].filter(Boolean).join(', ')}</Fact>}
    </>
  );
}

/** What the file tells besides its graph. */
function Others({ metadata }: { metadata: Record<string, string> }) {
  return Object.entries(metadata)
    .filter(([key]) => !/^(prompt|workflow)$/i.test(key))
    .map(([key, value]) => (
      <Fact key={key} name={key}>
        {value}
      </Fact>
    ));
}

/** "884 201 377" */
const grouped = (seed: string): string => seed.replace(/\B(?=(\d{3})+$)/g, ' ');

function OnDisk({ item, run }: { item: OutputView; run: OutputDetail['prompt'] }) {
  const now = useNow(30_000);
  return (
    <>
      <Fact name={t('outputs.size')}>{item.width && item.height ? t('outputs.size_pixels', { width: item.width, height: item.height, size: bytes(item.size) }) : bytes(item.size)}</Fact>
      {run?.started_at && run.ended_at ? <Fact name={t('outputs.took')}>{took(run.ended_at - run.started_at)}</Fact> : null}
      <Fact name={t('outputs.made')}>{t('outputs.made_at', { day: capital(dayName(midnight(item.at), now)), clock: clock(item.at) })}</Fact>
      <Fact name={t('outputs.file')} copy={item.path} label={t('outputs.copy_path')}>
        <span className={`mono ${css['path']}`}>{item.path}</span>
      </Fact>
    </>
  );
}

function Fact({ name, copy, label, children }: { name: string; copy?: string; label?: string; children: ReactNode }) {
  return (
    <div>
      <dt title={name}>{name}</dt>
      <dd>
        <span className={css['value']}>{children}</span>
        {copy !== undefined && label !== undefined && (
          <span className={css['copy']}>
            <CopyIcon text={copy} label={label} />
          </span>
        )}
      </dd>
    </div>
  );
}

function Words({ label, copied, text }: { label: string; copied: string; text: string }) {
  return (
    <div className={css['words']}>
      <h3>{label}</h3>
      <span className={css['copy']}>
        <CopyIcon text={text} label={copied} />
      </span>
      <p>{text}</p>
    </div>
  );
}
