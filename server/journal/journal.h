// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include "journal/eventsequence.h"

#include <QJsonObject>
#include <QObject>
#include <QString>

#include <deque>
#include <optional>

namespace semper {

/// What happened, as event objects in the order of their ids. Holds the last 1000. Main thread;
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
    struct HeldEvent
    {
        qint64 id;
        QByteArray json; ///< a fifth of what the object takes
    };
    std::deque<HeldEvent> m_events;
};

} // namespace semper
