import type { GrantView, PersonView, TokenView } from '../../api/types';
import { firstName } from '../../parts/names';
import { count, t } from '../../words';
import { RevokeToken } from '../access/RevokeToken';
import { AskFirst } from './AskFirst';
import { grantPath } from './grant';
import { RenamePerson } from './RenamePerson';

/** What somebody is asked about before it happens. */
export type Asking =
  | { is: 'rename' | 'remove'; person: PersonView }
  | { is: 'sign_out'; person: PersonView; devices: number }
  | { is: 'unlink'; person: PersonView; issuer: string }
  | { is: 'shut_out'; person: PersonView; tool: GrantView; may: boolean | null }
  | { is: 'revoke'; token: TokenView };

/** The dialog of the question that is open. Each names who is hit, what is lost and what stays. */
export function Asked({ asking, onClose }: { asking: Asking | null; onClose: () => void }) {
  if (asking === null) return null;
  if (asking.is === 'revoke') return <RevokeToken token={asking.token} onClose={onClose} />;
  const { person } = asking;
  const path = `/people/${person.id}`;
  const name = firstName(person.name);
  switch (asking.is) {
    case 'rename':
      return <RenamePerson person={person} onClose={onClose} />;
    case 'remove':
      return (
        <AskFirst title={t('people.remove_title', { name: person.name })} keep={t('people.remove_keep', { name })} act={t('people.remove_act', { name })} method="DELETE" path={path} done={t('people.was_removed', { name: person.name })} onClose={onClose}>
          <p>{person.devices > 0 ? count('people.remove_devices', person.devices) : t('people.remove_text')}</p>
          <p>{t('people.remove_stays')}</p>
        </AskFirst>
      );
    case 'sign_out':
      return (
        <AskFirst title={t('people.sign_out_title', { name: person.name })} keep={t('people.sign_out_keep')} act={t('people.sign_out_act')} method="DELETE" path={`${path}/sessions`} done={t('people.was_signed_out', { name: person.name })} onClose={onClose}>
          <p>{count('people.sign_out_text', asking.devices)}</p>
        </AskFirst>
      );
    case 'unlink':
      return (
        <AskFirst title={t('people.unlink_title', { name: person.name })} keep={t('people.unlink_keep')} act={t('people.unlink_act')} method="DELETE" path={`${path}/identity`} done={t('people.was_unlinked', { name: person.name })} onClose={onClose}>
          <p>{t('people.unlink_text', { issuer: asking.issuer })}</p>
        </AskFirst>
      );
    case 'shut_out':
      return (
        <AskFirst
          title={t('people.shut_title', { name: person.name, tool: asking.tool.name })}
          keep={t('people.shut_keep')}
          act={t('people.shut_act')}
          method="PUT"
          path={grantPath(person, asking.tool)}
          body={{ may: asking.may }}
          done={t('people.was_shut', { name: person.name, tool: asking.tool.name })}
          onClose={onClose}
        >
          <p>{t('people.shut_text', { tool: asking.tool.name })}</p>
        </AskFirst>
      );
    default:
      return null;
  }
}
