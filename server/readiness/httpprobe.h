// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "readiness/repeatedprobe.h"

#include <QByteArray>
#include <QTcpSocket>
#include <QUrl>

#include <memory>

namespace semper {

/// The status code of the answer that begins with \a line, its end included: 0 if that is no
/// status line of HTTP/1.
[[nodiscard]] SEMPER_SERVER_EXPORT int httpStatus(const QByteArray &line);

/// Ready once a GET is answered with 2xx or 3xx. Reads no more than the first line of an answer,
/// and follows nothing.
class SEMPER_SERVER_EXPORT HttpProbe : public RepeatedProbe
{
    Q_OBJECT
public:
    explicit HttpProbe(const ReadySpec &spec);
    ~HttpProbe() override;

protected:
    void begin() override;
    void giveUp(const QString &why) override;

private:
    void ask();
    void read();
    void end();

    QUrl m_url;
    std::unique_ptr<QTcpSocket> m_socket; ///< during an attempt
};

} // namespace semper
