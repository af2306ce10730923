// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/outputstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace semper::dashboard {

void OutputStore::append(const ProcessId &id, qint64 at, const QStringList &lines, int dropped)
{
    OutputBuffer &target = buffer(id);
    if (dropped > 0)
        target.append(at, tr("%n line(s) lost", nullptr, dropped), OutputLine::Kind::Mark, share());
    for (const QString &line : lines)
        target.append(at, line, OutputLine::Kind::Text, share());
    Q_EMIT appended(id);
}

void OutputStore::mark(const ProcessId &id, qint64 at, const QString &text)
{
    buffer(id).append(at, text, OutputLine::Kind::Mark, share());
    Q_EMIT appended(id);
}

void OutputStore::markAll(qint64 at, const QString &text)
{
    for (const auto &[id, target] : m_buffers) {
        target->append(at, text, OutputLine::Kind::Mark, share());
        Q_EMIT appended(id);
    }
}

std::shared_ptr<const OutputBuffer> OutputStore::find(const ProcessId &id) const
{
    const auto it = m_buffers.find(id);
    return it == m_buffers.end() ? nullptr : it->second;
}

OutputBuffer &OutputStore::buffer(const ProcessId &id)
{
    std::shared_ptr<OutputBuffer> &slot = m_buffers[id];
    if (!slot)
        slot = std::make_shared<OutputBuffer>();
    return *slot;
}

qsizetype OutputStore::share() const
{
    return std::min(maximumBytesEach, maximumBytes / qsizetype(m_buffers.size()));
}

} // namespace semper::dashboard
