import { useEffect, useMemo, useRef } from 'react';

import { cache } from '../../api/queries';
import { outputsChanged } from '../../events';
import { useOnline } from '../../events/connection';
import { useStore } from '../../events/store';
import { type Filter, type Listed, Listing } from './listing';

/** The files that a filter lets through. While those of a new filter are on their way, the old ones stay: `stale`. */
export function useListing(filter: Filter): { listing: Listing; shown: Listed; stale: boolean } {
  const { text, kind, from, to } = filter;
  const listing = useMemo(() => {
    const wanted = { text, kind, from, to };
    const key = ['listing', 'of', wanted];
    const found = cache.getQueryData<Listing>(key) ?? new Listing(wanted);
    cache.setQueryData(key, found);
    return found;
  }, [text, kind, from, to]);
  const state = useStore(listing);
  const online = useOnline();
  const last = useRef(state);

  useEffect(() => {
    // One that was left and is shown again may have missed changes.
    void (listing.get().is === 'open' ? listing.refresh() : listing.begin());
    return outputsChanged.watch(() => void listing.refresh());
  }, [listing]);
  useEffect(() => {
    if (online && listing.get().error !== null) void (listing.get().is === 'failed' ? listing.begin() : listing.more());
  }, [listing, online]);

  const stale = state.is === 'loading' && last.current.is === 'open';
  if (!stale) last.current = state;
  return { listing, shown: stale ? last.current : state, stale };
}
