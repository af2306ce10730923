// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

constexpr std::size_t maximumHeldEvents = 1000;

} // namespace

std::optional<QString> Journal::open(const QString &stateDirectory)
{
    return m_sequence.open(stateDirectory + u"/event-id"_s);
}

qint64 Journal::record(QLatin1StringView type, QJsonObject fields)
{
    const qint64 id = m_sequence.next();
    fields.insert(keys::id, id);
    fields.insert(keys::at, wireTime(QDateTime::currentDateTimeUtc()));
    fields.insert(keys::type, type);
    const Subject subject(
        fields.value(keys::process).toString(), fields.value(keys::instance).toInt());
    QByteArray json = QJsonDocument(fields).toJson(QJsonDocument::Compact);
    json.squeeze(); // it was made by growing, and is kept for long
    m_events.emplace_hint(m_events.end(), ++m_turn, HeldEvent{id, subject, std::move(json)});
    Turns &turns = m_held[subject];
    unlist(turns);
    turns.push_back(m_turn);
    list(turns);
    if (m_events.size() > maximumHeldEvents)
        makeRoom();
    Q_EMIT recorded(fields);
    return id;
}

void Journal::list(const Turns &turns)
{
    if (!turns.empty())
        m_oldest[turns.size()].insert(turns.front());
}

void Journal::unlist(const Turns &turns)
{
    const auto it = m_oldest.find(turns.size());
    if (it == m_oldest.end())
        return;
    it->second.erase(turns.front());
    if (it->second.empty())
        m_oldest.erase(it);
}

/// Of the subjects that have more than their share; of all where none has. There are no more than
/// 44 different numbers of events that a subject may have: 1 + 2 + ... + 45 is above 1000.
qint64 Journal::oldestAboveShare() const
{
    const auto share = std::max<std::size_t>(1, maximumHeldEvents / std::size_t(m_held.size()));
    std::optional<qint64> oldest;
    for (auto it = m_oldest.upper_bound(share); it != m_oldest.end(); ++it)
        if (const qint64 turn = *it->second.begin(); !oldest || turn < *oldest)
            oldest = turn;
    return oldest.value_or(m_events.begin()->first);
}

void Journal::makeRoom()
{
    const auto goes = m_events.find(oldestAboveShare());
    const auto held = m_held.find(goes->second.subject);
    unlist(*held);
    held->pop_front();
    list(*held);
    if (held->empty())
        m_held.remove(goes->second.subject);
    m_events.erase(goes);
}

QList<QJsonObject> Journal::after(qint64 id) const
{
    QList<QJsonObject> events;
    for (const auto &[turn, event] : m_events)
        if (event.id > id)
            events.append(QJsonDocument::fromJson(event.json).object());
    return events;
}

} // namespace semper
