// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>

#include <algorithm>

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
    m_events.push_back({id, subject, QJsonDocument(fields).toJson(QJsonDocument::Compact)});
    m_events.back().json.squeeze(); // it was made by growing, and is kept for long
    ++m_held[subject];
    if (m_events.size() > maximumHeldEvents)
        makeRoom();
    Q_EMIT recorded(fields);
    return id;
}

// The oldest goes of those of which there are more than their share.
void Journal::makeRoom()
{
    const auto share = std::max<qsizetype>(1, qsizetype(maximumHeldEvents) / m_held.size());
    auto goes = std::ranges::find_if(
        m_events, [&](const HeldEvent &event) { return m_held.value(event.subject) > share; });
    if (goes == m_events.end())
        goes = m_events.begin();
    if (qsizetype &count = m_held[goes->subject]; --count == 0)
        m_held.remove(goes->subject);
    m_events.erase(goes);
}

QList<QJsonObject> Journal::after(qint64 id) const
{
    QList<QJsonObject> events;
    for (const HeldEvent &event : m_events)
        if (event.id > id)
            events.append(QJsonDocument::fromJson(event.json).object());
    return events;
}

} // namespace semper
