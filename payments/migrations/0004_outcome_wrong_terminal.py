"""The answer to a call for another terminal."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0003_books_refuse_truncate'),
    ]

    operations = [
        migrations.AlterField(
            model_name='gatewaymessage',
            name='outcome',
            field=models.CharField(blank=True, choices=[('recorded', 'đã ghi'), ('already', 'đã ghi từ trước'), ('not_found', 'không có giao dịch này'), ('wrong_amount', 'sai số tiền'), ('wrong_terminal', 'gửi cho đơn vị khác'), ('bad_signature', 'sai chữ ký'), ('error', 'chưa ghi được, xin gọi lại')], max_length=14, verbose_name='đã trả lời'),
        ),
    ]
