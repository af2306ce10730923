// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/semper_core_export.h>

#include <QJsonObject>
#include <QObject>

#include <chrono>

namespace semper {

/// What carries the frames between a process and whoever runs it: HubLink to a server,
/// ConsoleLink to a terminal, FakeLink to a test. Main thread of the process.
class SEMPER_CORE_EXPORT ProcessLink : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    ~ProcessLink() override;

    /// Begins; the first frame that arrives is "welcome", with the settings.
    virtual void open() = 0;
    /// Takes \a frame and brings it over as soon as it can. False when it has to refuse it,
    /// because too many wait already. Of "title", "status", "ready" and "metrics" the newest is
    /// enough: they are never refused.
    [[nodiscard]] virtual bool send(const QJsonObject &frame) = 0;
    /// The last words: brings over what waits, for at most \a limit. May block that long.
    virtual void flush(std::chrono::milliseconds limit) = 0;

Q_SIGNALS:
    void frameReceived(const QJsonObject &frame);
};

} // namespace semper
