// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/eventsequence.h"

#include <QHash>
#include <QJsonObject>
#include <QObject>
#include <QString>

#include <deque>
#include <optional>
#include <utility>

namespace semper {

/// What happened, as event objects in the order of their ids. Holds 1000: the last ones, but no
/// process, and not the server itself, takes more than its share from the others. Main thread;
/// nothing here blocks once it is open.
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
    struct HeldEvent
    {
        qint64 id;
        Subject subject;
        QByteArray json; ///< a fifth of what the object takes
    };

    void makeRoom();

    std::deque<HeldEvent> m_events;
    QHash<Subject, qsizetype> m_held; ///< how many of each
};

} // namespace semper
