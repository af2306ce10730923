// SPDX-License-Identifier: GPL-3.0-or-later
#include "journal/journal.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

#include <QJsonDocument>

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
    m_events.push_back({id, QJsonDocument(fields).toJson(QJsonDocument::Compact)});
    m_events.back().json.squeeze(); // it was made by growing, and is kept for long
    if (m_events.size() > maximumHeldEvents)
        m_events.pop_front();
    Q_EMIT recorded(fields);
    return id;
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
