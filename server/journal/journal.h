// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/eventsequence.h"

#include <QHash>
#include <QJsonObject>
#include <QObject>
#include <QString>

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace semper {

/// What happened, as event objects in the order of their ids. Holds 1000: the last ones, but no
/// process, and not the server itself, takes more than its share from the others. Supervision's
/// thread; nothing here blocks once it is open.
class SEMPER_SERVER_EXPORT Journal : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Continues the ids of \a stateDirectory. Nothing, or why it could not.
    [[nodiscard]] std::optional<QString> open(const QString &stateDirectory);

    /// Stamps \a fields with id, time and \a type, keeps it, and announces it. Returns the id.
    qint64 record(QLatin1StringView type, QJsonObject fields = {});

    /// The held events with an id above \a id, oldest first.
    [[nodiscard]] QList<QJsonObject> after(qint64 id) const;

Q_SIGNALS:
    void recorded(const QJsonObject &event);

private:
    EventSequence m_sequence;
    using Subject = std::pair<QString, int>; ///< process and instance; of the server's own, no name
    using Turns = std::deque<qint64>; ///< of one subject's events, oldest first
    struct HeldEvent
    {
        qint64 id;
        Subject subject;
        QByteArray json; ///< a fifth of what the object takes
    };

    void list(const Turns &turns);
    void unlist(const Turns &turns);
    [[nodiscard]] qint64 oldestAboveShare() const;
    void makeRoom();

    qint64 m_turn = 0; ///< of the last one
    std::map<qint64, HeldEvent> m_events; ///< by their turns
    QHash<Subject, Turns> m_held;
    std::map<std::size_t, std::set<qint64>> m_oldest; ///< each subject's, by how many it has
};

} // namespace semper
