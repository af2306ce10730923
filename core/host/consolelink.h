// SPDX-License-Identifier: LGPL-3.0-or-later
#pragma once

#include <semper/processlink.h>

#include <QJsonObject>
#include <QString>

#include <cstdio>

namespace semper {

/// A process without a server, for its author: what it sends is printed, a line each. It has no
/// service, so connections() is answered with none.
class SEMPER_CORE_EXPORT ConsoleLink : public ProcessLink
{
    Q_OBJECT
public:
    enum class Form {
        Text, ///< for people: of metrics those that changed
        Json, ///< each frame as it is, with the time as "at"
    };

    /// Prints to \a output, which stays the caller's.
    ConsoleLink(
        QJsonObject settings, std::FILE *output, Form form = Form::Text, QObject *parent = nullptr);

    void open() override;
    [[nodiscard]] bool send(const QJsonObject &frame) override;
    void flush(std::chrono::milliseconds limit) override;

private:
    void printText(const QJsonObject &frame);
    void print(QLatin1StringView what, const QString &text);
    void write(const QByteArray &line);
    /// Those that changed since the last frame.
    void printMetrics(const QJsonObject &frame);
    void answer(const QJsonObject &request);

    QJsonObject m_settings;
    std::FILE *m_output;
    Form m_form;
    QJsonObject m_lastMetrics;
};

} // namespace semper
