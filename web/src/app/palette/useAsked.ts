import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SlidersHorizontal, UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';

import { call } from '../../api/client';
import type { Me, OutputPage, PeopleView, PromptView } from '../../api/types';
import { thumbnailOf } from '../../pages/outputs/addresses';
import { ago } from '../../parts/time';
import type { Entry } from './entries';
import { rank } from './rank';

const PAUSE_MS = 180;
const LEAST = 2;
const MOST = 5;

interface Answer {
  outputs: OutputPage['outputs'];
  prompts: PromptView[];
  people: PeopleView['people'];
  settings: { name: string; about: string }[];
}

/** What the studio finds; where one question is refused the others still count. */
const answers = (text: string, admin: boolean) =>
  queryOptions({
    queryKey: ['found', text, admin],
    queryFn: async (): Promise<Answer> => {
      const words = new URLSearchParams({ text, limit: String(MOST) }).toString();
      const [outputs, prompts, people, settings] = await Promise.allSettled([
        call<OutputPage>('GET', `/outputs?${words}`),
        call<{ prompts: PromptView[] }>('GET', `/prompts?${words}`),
        admin ? call<PeopleView>('GET', `/people?${words}`) : null,
        admin ? call<{ settings: Answer['settings'] }>('GET', '/settings') : null,
      ]);
      return {
        outputs: outputs.status === 'fulfilled' ? outputs.value.outputs : [],
        prompts: prompts.status === 'fulfilled' ? prompts.value.prompts : [],
        people: people.status === 'fulfilled' && people.value ? people.value.people : [],
        settings: settings.status === 'fulfilled' && settings.value ? settings.value.settings : [],
      };
    },
    gcTime: 60_000,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });

/** The text once nobody types for a moment. */
function useSettled(text: string): string {
  const [settled, settle] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => settle(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Files, prompts, people and settings that the studio finds by text, and whether it still looks. */
export function useAsked(typed: string, me: Me): { entries: Entry[]; looks: boolean } {
  const go = useNavigate();
  const text = useSettled(typed.trim());
  const long = text.length >= LEAST;
  const { data, isFetching } = useQuery({ ...answers(text, me.scope === 'admin'), enabled: long });
  const looks = typed.trim().length >= LEAST && (isFetching || text !== typed.trim());
  if (!data || !long || typed.trim().length < LEAST) return { entries: [], looks };
  const now = Date.now() / 1000;
  const settings = data.settings
    .map((each) => [each, rank(text, each.name)] as const)
    .filter(([, score]) => score !== null)
    .sort(([, one], [, other]) => (other ?? 0) - (one ?? 0));
  const entries: Entry[] = [
    ...data.people.map((person): Entry => ({ id: `person:${person.id}`, group: 'people', name: person.name, icon: UserRound, act: () => void go({ to: '/people', search: { person: person.id } }) })),
    ...settings.slice(0, MOST).map(([each]): Entry => ({ id: `setting:${each.name}`, group: 'settings', name: each.name, about: each.about, icon: SlidersHorizontal, act: () => void go({ to: '/admin/settings', hash: each.name }) })),
    ...data.outputs.map((output): Entry => ({ id: `output:${output.path}`, group: 'outputs', name: output.name, about: ago(output.at, now), picture: thumbnailOf(output, 256), act: () => void go({ to: '/outputs', search: { open: output.path } }) })),
    ...data.prompts.map((prompt): Entry => ({ id: `prompt:${prompt.id}`, group: 'prompts', name: prompt.summary ?? prompt.id, about: ago(prompt.created_at, now), ...(prompt.first_output !== null && { picture: thumbnailOf({ path: prompt.first_output }, 256) }), act: () => void go({ to: '/prompts', search: { open: prompt.id } }) })),
  ];
  return { entries, looks };
}
