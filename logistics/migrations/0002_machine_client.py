import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('logistics', '0001_initial'),
        ('oauth2_provider', '0022_refreshtoken_token_family_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='MachineClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('dispatcher', 'Dispatcher'), ('park_manager', 'Park manager'), ('warehouse_operator', 'Warehouse operator'), ('carrier', 'Carrier'), ('shipper', 'Shipper'), ('auditor', 'Auditor'), ('zone_viewer', 'Zone viewer'), ('device', 'Device'), ('admin', 'Platform administrator')], max_length=20, verbose_name='role')),
                ('is_active', models.BooleanField(default=True)),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='machine', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='machines', to='logistics.organization')),
                ('scopes', models.CharField(blank=True, max_length=400, verbose_name='scopes')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['dispatcher', 'park_manager', 'warehouse_operator', 'carrier', 'shipper', 'auditor', 'zone_viewer', 'device', 'admin'])), name='machine_client_role_known')],
                'verbose_name': 'machine client',
                'verbose_name_plural': 'machine clients',
            },
        ),
        migrations.CreateModel(
            name='HistoricalMachineClient',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('role', models.CharField(choices=[('dispatcher', 'Dispatcher'), ('park_manager', 'Park manager'), ('warehouse_operator', 'Warehouse operator'), ('carrier', 'Carrier'), ('shipper', 'Shipper'), ('auditor', 'Auditor'), ('zone_viewer', 'Zone viewer'), ('device', 'Device'), ('admin', 'Platform administrator')], max_length=20, verbose_name='role')),
                ('scopes', models.CharField(blank=True, max_length=400, verbose_name='scopes')),
                ('is_active', models.BooleanField(default=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('application', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='logistics.organization')),
            ],
            options={
                'verbose_name': 'historical machine client',
                'verbose_name_plural': 'historical machine clients',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
